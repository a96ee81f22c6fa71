"""Sessions: made new at sign-in, ended at once, never longer than promised."""

from dataclasses import replace

import pytest
from sqlalchemy import event, select, update

from helpdesk.app import create_app
from helpdesk.store.db import db, unit_of_work
from helpdesk.store.people_models import Membership, StaffUser, WebSession
from helpdesk.web.access import PUBLIC, REQUESTER, prove_address, proved_address, require
from tests.web.conftest import PASSWORD, World, form_token

COOKIE = "helpdesk"


def sessions_of(world: World) -> list[WebSession]:
    with world.app.app_context():
        return list(db.session.scalars(select(WebSession)))


def is_signed_in(world: World, token: str) -> bool:
    browser = world.browser()
    browser.set_cookie(COOKIE, token)
    return browser.get("/login").status_code == 303


def token_of(browser) -> str:
    return browser.get_cookie(COOKIE).value


def test_a_visitor_gets_no_row_and_only_a_signed_cookie(world: World) -> None:
    browser = world.browser()
    form_token(browser)
    assert sessions_of(world) == []
    assert browser.get_cookie(COOKIE) is None
    assert browser.get_cookie("helpdesk-visit").http_only


def test_the_database_does_not_keep_the_token_of_the_cookie(world: World) -> None:
    token = token_of(world.signed_in("rina"))
    assert len(token) >= 43
    assert token not in world.dump()


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(world: World) -> None:
    cookie = world.signed_in("rina").get_cookie(COOKIE)
    assert (cookie.http_only, cookie.same_site, cookie.path, cookie.secure) == (True, "Lax", "/", False)


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(site) -> None:
    app = create_app(replace(site, base_url="https://bantuan.example.id"))
    browser = app.test_client()
    page = browser.get("/login", base_url="https://bantuan.example.id")
    sent = page.headers.getlist("Set-Cookie")
    assert sent and all(c.startswith("__Host-helpdesk") and "Secure" in c and "Domain" not in c for c in sent)
    assert page.headers["Strict-Transport-Security"]


def test_a_sign_in_begins_a_new_session_whatever_cookie_was_planted(world: World) -> None:
    browser = world.browser()
    browser.set_cookie(COOKIE, "planted-by-somebody-else")
    data = {"name": "rina", "password": "rahasia-sekali", "csrf_token": form_token(browser)}
    browser.post("/login", data=data)
    assert token_of(browser) != "planted-by-somebody-else"
    assert not is_signed_in(world, "planted-by-somebody-else")


def test_a_second_sign_in_ends_the_first_session_of_the_browser(world: World) -> None:
    browser = world.signed_in("rina")
    first, form = token_of(browser), world.form_token(browser)
    browser.post("/login", data={"name": "sari", "password": PASSWORD, "csrf_token": form})
    assert token_of(browser) != first
    assert not is_signed_in(world, first)


def test_signing_out_makes_every_copy_of_the_cookie_worthless(world: World) -> None:
    browser = world.signed_in("rina")
    stolen = token_of(browser)
    assert is_signed_in(world, stolen)
    answer = browser.post("/logout", data={"csrf_token": world.form_token(browser)})
    assert answer.status_code == 303
    assert not is_signed_in(world, stolen)
    assert sessions_of(world) == []


def test_a_deactivated_user_is_out_at_once(world: World) -> None:
    browser = world.signed_in("rina")
    with world.app.app_context(), unit_of_work() as session:
        session.execute(update(StaffUser).where(StaffUser.name == "rina").values(active=False))
    assert not is_signed_in(world, token_of(browser))


def test_a_lost_role_is_lost_at_once(world: World) -> None:
    browser = world.signed_in("rina")
    assert browser.get("/board").status_code != 403
    with world.app.app_context(), unit_of_work() as session:
        rina = session.scalar(select(StaffUser.id).where(StaffUser.name == "rina"))
        session.execute(update(Membership).where(Membership.user_id == rina).values(role="technician"))
    assert browser.get("/board").status_code == 403


def test_eight_hours_without_use_end_a_staff_session(world: World) -> None:
    token = token_of(world.signed_in("rina"))
    world.move(hours=7.9)
    assert is_signed_in(world, token)
    world.move(hours=8.1)
    assert not is_signed_in(world, token)


def test_twelve_hours_end_a_staff_session_even_in_use(world: World) -> None:
    token = token_of(world.signed_in("rina"))
    for _hour in range(11):
        world.move(hours=1)
        assert is_signed_in(world, token)
    world.move(hours=1, seconds=1)
    assert not is_signed_in(world, token)


def test_a_page_that_polls_by_itself_keeps_no_session_alive(world: World) -> None:
    browser = world.signed_in("rina")
    for _hour in range(8):
        world.move(hours=1)
        browser.get("/login", headers={"Sec-Fetch-Dest": "empty"})
    assert not is_signed_in(world, token_of(browser))


def test_a_get_changes_nothing_in_the_database(world: World) -> None:
    browser = world.signed_in("rina")
    number = world.ticket()
    before = world.dump()
    paths = ["/login", "/board", "/board/news", "/queue", f"/tickets/{number}", "/", "/nope", "/healthz", "/readyz"]
    for path in paths:
        browser.get(path)
        world.browser().get(path)
    for path in (f"/tickets/{number}", "/tickets", "/catalog", "/desks", "/openapi.json"):
        assert world.api("rina").get(path).status_code == 200
    assert world.dump() == before


def test_a_view_that_writes_on_get_fails_loudly_and_writes_nothing(site) -> None:
    app = create_app(site)

    @app.get("/write-on-get")
    @require(PUBLIC)
    def write() -> str:
        db.session.add(WebSession(token_hash="x", data={}, created_at=0, seen_at=0, expires_at=0))
        db.session.flush()
        return "written"

    assert app.test_client().get("/write-on-get").status_code == 500


@pytest.fixture
def with_requesters(site):
    """Two routes as the portal has them: prove an address, and a page for who has proved one."""
    app = create_app(site)

    @app.post("/prove-for-test")
    @require(PUBLIC)
    def prove() -> str:
        prove_address("wati@example.id")
        return "proved"

    @app.get("/only-for-test")
    @require(REQUESTER)
    def mine() -> str:
        return proved_address()

    return app


def test_a_proved_address_lasts_thirty_days_without_use(with_requesters, world: World) -> None:
    browser = with_requesters.test_client()
    page = {"Sec-Fetch-Dest": "empty"}
    assert browser.get("/only-for-test", headers=page).status_code == 401
    token = form_token(browser)
    assert browser.post("/prove-for-test", data={"csrf_token": token}).text == "proved"
    assert browser.get("/only-for-test").text == "wati@example.id"
    world.move(days=29)
    assert browser.get("/only-for-test").text == "wati@example.id"
    world.move(days=31)
    assert browser.get("/only-for-test", headers=page).status_code == 401


def test_the_session_is_found_by_one_query(world: World) -> None:
    browser = world.signed_in("rina")
    statements: list[str] = []
    with world.app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    browser.get("/login")
    event.remove(engine, "before_cursor_execute", note)
    assert [s.split()[0] for s in statements if not s.startswith("BEGIN")] == ["SELECT"]
