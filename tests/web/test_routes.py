"""Who may use which route: the whole table, asked route by route and role by role."""

import pytest

from helpdesk.app import create_app
from helpdesk.web import access
from helpdesk.web.access import audience_of, check_marks
from tests.web.conftest import World

ANYBODY = {"anonymous", "requester", "agent", "technician", "supervisor", "administrator"}
STAFF = ANYBODY - {"anonymous", "requester"}
AGENTS = {"agent", "supervisor", "administrator"}
QUEUE = {"technician", "supervisor", "administrator"}
REQUESTERS = {"requester"}
TABLE: dict[str, set[str]] = {
    "static": ANYBODY,
    "health.alive": ANYBODY,
    "health.ready": ANYBODY,
    "health.metrics": ANYBODY,  # from this machine; test_health.py says who else
    "language.switch": ANYBODY,
    "auth.sign_in": ANYBODY,
    "auth.enter": ANYBODY,
    "auth.sign_out": ANYBODY,
    "hooks.whatsapp_challenge": ANYBODY,  # by the agreed word
    "hooks.whatsapp": ANYBODY,  # by its signature
    "hooks.telegram": ANYBODY,  # by the agreed word
    "api.openapi": ANYBODY,
    "api.create": AGENTS,
    "api.listing": STAFF,
    "api.show": STAFF,
    "api.stages": STAFF,
    "api.act": STAFF,
    "api.catalog": STAFF,
    "api.desks": STAFF,
    **dict.fromkeys(("board.board", "board.board_news", "board.take", "board.blank", "board.record"), AGENTS),
    **dict.fromkeys((f"counter.{name}" for name in ("people", "asked", "slip", "queue", "waiting", "call")), AGENTS),
    **dict.fromkeys(("counter.new_counter", "counter.new_kiosk", "counter.revoke_kiosk"), AGENTS),
    **dict.fromkeys((f"counter.{name}" for name in ("kiosk", "take", "number")), ANYBODY),  # by its token
    **dict.fromkeys(("counter.screen", "counter.screen_state"), ANYBODY),  # by its token
    **dict.fromkeys(("queue.queue", "queue.queue_news", "queue.take"), QUEUE),
    **dict.fromkeys(
        (f"ticket.{name}" for name in ("page", "peek", "state", "file", "designed", "do", "revoke")), STAFF
    ),
    **dict.fromkeys((f"admin.{name}" for name in ("quarantine", "one", "raw", "retry", "put_aside", "outbox")), AGENTS),
    **dict.fromkeys(("admin.open_ticket", "admin.settle_flood"), AGENTS),
    "admin.catalogue": {"supervisor", "administrator"},
    **dict.fromkeys((f"admin.outgoing_{name}" for name in ("one", "html", "raw")), AGENTS),
    **dict.fromkeys(("admin.send_now", "admin.discard_outgoing", "admin.release_all_in_all"), AGENTS),
    "admin.hold": {"administrator"},
    **dict.fromkeys(("admin.chat_account", "admin.give"), AGENTS),
    "admin.lines": {"administrator"},
    "admin.delivery": {"administrator"},
    "admin.settle_held": {"administrator"},
    "admin.messages": {"supervisor", "administrator"},
    "admin.message_html": {"supervisor", "administrator"},
    **dict.fromkeys((f"portal.{name}" for name in ("home", "desk_home", "service", "send", "receipt")), ANYBODY),
    **dict.fromkeys((f"portal.{name}" for name in ("my", "prove", "ask", "code", "enter", "leave")), ANYBODY),
    **dict.fromkeys((f"chat.{name}" for name in ("show", "write", "leave", "file")), ANYBODY),  # by its cookie
    **dict.fromkeys((f"portal.{name}" for name in ("linked", "linked_action", "linked_file")), ANYBODY),  # by its token
    **dict.fromkeys((f"portal.{name}" for name in ("own", "own_action", "own_file")), REQUESTERS),
}
"""Route -> who may knock. A route that is not here fails the test."""
NAMES = {"agent": "rina", "technician": "tono", "supervisor": "sari", "administrator": "admin"}
SAMPLES = {
    "number": "MDN-2026-999999", "action": "take", "token": "1-abc", "filename": "desk.css", "desk": "kptik-medan",
    "item": "itsm.8/reset-password", "deed": "next",
}  # fmt: skip


def endpoints(app) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_route_stands_in_the_table_and_nothing_else(world: World) -> None:
    assert endpoints(world.app) == set(TABLE)


def test_every_part_of_the_site_is_there(world: World) -> None:
    assert set(world.app.blueprints) == {
        "api",
        "hooks",
        "auth",
        "health",
        "language",
        "board",
        "counter",
        "ticket",
        "queue",
        "admin",
        "portal",
        "chat",
    }


def test_a_route_that_nobody_marked_stops_the_start(site) -> None:
    app = create_app(site)
    app.add_url_rule("/bare", "bare", lambda: "")
    with pytest.raises(RuntimeError, match="bare"):
        check_marks(app)


def cases(world: World):
    """Every route with each of its methods, and an address for it."""
    adapter = world.app.url_map.bind("localhost")
    for rule in world.app.url_map.iter_rules():
        values = {name: SAMPLES.get(name, 1) for name in rule.arguments}
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, adapter.build(rule.endpoint, values, method=method)


def knock(world: World, who: str, browsers, endpoint: str, method: str, path: str) -> bool:
    """True when the route lets the person in: whatever it answers then, it is no 401, 403 nor a way to sign in."""
    audience = audience_of(world.app, endpoint)
    headers, data = {}, None
    if audience.token:
        headers = {"Authorization": f"Bearer {world.tokens[NAMES[who]]}"} if who in NAMES else {}
    elif method != "GET" and who != "anonymous":
        data = {"csrf_token": world.form_token(browsers[who])}
    elif method != "GET":
        from tests.web.conftest import form_token

        data = {"csrf_token": form_token(browsers[who])}
    answer = browsers[who].open(path, method=method, headers=headers, data=data)
    answer.close()
    if answer.status_code == 303 and (answer.location.startswith(("/login?next", "/my/sign-in?"))):
        return False
    if answer.status_code == 303 and method != "GET" and answer.location in ("/login", "/my/sign-in"):
        return endpoint in ("auth.sign_out", "portal.leave")
    return answer.status_code not in (401, 403) or endpoint == "auth.enter"


def test_every_route_lets_in_whom_the_table_names_and_nobody_else(world: World) -> None:
    found: dict[tuple[str, str, str], bool] = {}
    for endpoint, method, path in cases(world):
        for who in sorted(ANYBODY):
            browsers = fresh(world)
            found[endpoint, method, who] = knock(world, who, browsers, endpoint, method, path)
    wrong = {key: let_in for key, let_in in found.items() if let_in != (key[2] in TABLE[key[0]])}
    assert wrong == {}


def fresh(world: World):
    """A browser a role; signed in once and given the same session each time it is still alive."""
    kept = world.__dict__.setdefault("_kept", {})
    if "requester" not in kept:
        kept["requester"] = world.proved("wati@example.id").get_cookie("helpdesk").value
        kept |= {who: world.entered(name).get_cookie("helpdesk").value for who, name in NAMES.items()}
    browsers = {"anonymous": world.browser()}
    for who, token in kept.items():
        browsers[who] = world.browser()
        browsers[who].set_cookie("helpdesk", token)
    if any(browsers[who].get("/login").status_code != 303 for who in NAMES):  # somebody has just signed out
        world.__dict__.pop("_kept")
        return fresh(world)
    return browsers


def test_a_person_is_led_to_the_sign_in_and_a_script_hears_401(world: World) -> None:
    browser = world.browser()
    assert browser.get("/board").status_code == 303
    assert browser.get("/board", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401
    assert browser.get("/board", headers={"Accept": "application/json"}).status_code == 401


def test_audiences_name_whom_they_let_in(world: World) -> None:
    let_in = {
        audience.name: {n for n in NAMES.values() if audience.staff(world.staff(n))}
        for audience in (access.STAFF, access.AGENT, access.TECHNICIAN, access.SUPERVISOR, access.ADMINISTRATOR)
    }
    assert let_in == {
        "staff": {"rina", "tono", "sari", "admin"},
        "agent": {"rina", "sari", "admin"},
        "technician": {"tono", "sari", "admin"},
        "supervisor": {"sari", "admin"},
        "administrator": {"admin"},
    }


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/nope", "/nope/x", "/nope/x/y", "/kptik-medanx/x", "/api/nope", "/api/v1/nope/x"])
def test_an_unknown_path_is_not_found_by_any_method(world: World, method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {world.tokens['rina']}"}
    assert world.browser().open(path, method=method, headers=headers).status_code == 404
