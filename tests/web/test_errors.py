"""Errors: one table from what went wrong to an answer, and never a word of an exception."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from helpdesk.app import create_app
from helpdesk.store.db import db
from helpdesk.store.people_models import Attempt
from helpdesk.tickets.errors import Forbidden, Invalid, NotFound, WrongState, invalid
from helpdesk.web.access import PUBLIC, TOKEN, require
from helpdesk.web.work import keep, undo
from tests.web.conftest import START, World, form_token

FAULTS = {
    "missing": (NotFound("There is no such ticket."), 404),
    "forbidden": (Forbidden("Your role or group does not allow this: %(action)s.", action="take"), 403),
    "invalid": (invalid("label", "At most %(limit)s characters.", limit=60), 422),
    "wrong-state": (WrongState("The deadline has already been extended once."), 409),
    "stale": (StaleDataError("UPDATE statement on table 'ticket' expected 1 row"), 409),
    "away": (OperationalError("SELECT secret", {}, Exception("connection refused")), 503),
    "bug": (RuntimeError("secret detail"), 500),
}


@pytest.fixture
def faulty(site, world: World):
    """The application with routes that fail in every way, as a page and below the interface."""
    app = create_app(site)

    def fail(name: str) -> str:
        db.session.add(Attempt(kind="test", subject=name, at=START))
        db.session.flush()
        raise FAULTS[name][0]

    def refuse(how: str):
        db.session.add(Attempt(kind="test", subject=how, at=START))
        if how == "keep":
            keep()
        if how == "undo":
            db.session.flush()
            undo()
        return "refused", 200 if how in ("undo", "done") else 422

    def api_fail(name: str) -> str:
        return fail(name)

    app.add_url_rule("/fail/<name>", "fail", require(PUBLIC)(fail), methods=["POST"])
    app.add_url_rule("/refuse/<how>", "refuse", require(PUBLIC)(refuse), methods=["POST"])
    app.add_url_rule("/api/v1/fail/<name>", "api-fail", require(TOKEN)(api_fail), methods=["POST"])
    return app


def attempts(app) -> list[str]:
    with app.app_context():
        return [a.subject for a in db.session.query(Attempt)]


@pytest.mark.parametrize(("name", "status"), [(n, s) for n, (_e, s) in FAULTS.items()])
def test_every_fault_has_its_status_and_changes_nothing(faulty, name: str, status: int) -> None:
    browser = faulty.test_client()
    answer = browser.post(f"/fail/{name}", data={"csrf_token": form_token(browser)})
    assert answer.status_code == status
    assert answer.content_type.startswith("text/html")
    for secret in ("secret", "Traceback", "SELECT", "expected 1 row"):
        assert secret not in answer.text
    assert attempts(faulty) == []


@pytest.mark.parametrize(("name", "status"), [(n, s) for n, (_e, s) in FAULTS.items()])
def test_the_interface_answers_with_a_problem(faulty, world: World, name: str, status: int) -> None:
    token = {"Authorization": f"Bearer {world.tokens['rina']}"}
    answer = faulty.test_client().post(f"/api/v1/fail/{name}?lang=en", headers=token)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert set(answer.json) >= {"type", "title", "status", "detail"}
    assert answer.json["status"] == status
    assert "secret" not in answer.text
    assert ("errors" in answer.json) == (status == 422)
    assert attempts(faulty) == []


def test_messages_have_their_parameters_filled_in(faulty, world: World) -> None:
    token = {"Authorization": f"Bearer {world.tokens['rina']}"}
    answer = faulty.test_client().post("/api/v1/fail/invalid?lang=en", headers=token)
    assert answer.json["errors"] == {"label": ["At most 60 characters."]}


def test_a_database_that_is_away_says_when_to_try_again(faulty) -> None:
    browser = faulty.test_client()
    answer = browser.post("/fail/away", data={"csrf_token": form_token(browser)})
    assert answer.headers["Retry-After"] == "5"


def posted(app, how: str) -> int:
    browser = app.test_client()
    return browser.post(f"/refuse/{how}", data={"csrf_token": form_token(browser)}).status_code


def test_a_page_that_refuses_changes_nothing(faulty) -> None:
    assert posted(faulty, "page") == 422
    assert attempts(faulty) == []


def test_a_page_that_refuses_may_keep_what_was_counted(faulty) -> None:
    assert posted(faulty, "keep") == 422
    assert attempts(faulty) == ["keep"]


def test_a_page_may_take_back_what_it_began(faulty) -> None:
    assert posted(faulty, "undo") == 200
    assert attempts(faulty) == []


def test_a_page_that_succeeds_is_committed(faulty) -> None:
    assert posted(faulty, "done") == 200
    assert attempts(faulty) == ["done"]


def test_what_takes_no_post_says_what_it_takes(world: World) -> None:
    answer = world.browser().put("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_error_without_fields_has_no_list_of_errors() -> None:
    assert Invalid("x").fields == {}


def test_who_is_signed_in_keeps_the_way_to_everything_else_on_the_page_of_a_fault(world: World) -> None:
    for name, start in (("rina", "/board"), ("tono", "/queue")):
        answer = world.entered(name).get("/nope")
        assert answer.status_code == 404
        assert f'<nav aria-label="Bagian"><a href="{start}">' in answer.text
        assert f'<a class="btn primary" href="{start}">' in answer.text
        assert 'action="/logout"' in answer.text
    assert 'href="/outbox"' in world.entered("rina").get("/tickets/MDN-2026-999999").text


def test_visitors_and_requesters_meet_a_fault_inside_the_portal(world: World) -> None:
    for browser in (world.browser(), world.proved("wati@example.id")):
        answer = browser.get("/nope")
        assert answer.status_code == 404
        assert 'href="/my"' in answer.text
        assert ">English</a>" in answer.text
        assert '<a class="btn primary" href="/">' in answer.text


def test_no_frame_that_needs_the_database_stands_around_a_fault_of_the_server(faulty) -> None:
    browser = faulty.test_client()
    answer = browser.post("/fail/away", data={"csrf_token": form_token(browser)})
    assert "<nav" not in answer.text
    assert "503" in answer.text
