"""Somebody leaves: no door stays open for a moment, and no ticket stays with them."""

import pytest

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.tickets.words import Status
from helpdesk.usecases.departing import activate, change_password, deactivate
from tests.web.conftest import PASSWORD, World, form_token

NEW_PASSWORD = "rahasia-yang-baru"


def leaves(world: World, name: str) -> list[str]:
    with world.app.app_context(), unit_of_work() as session:
        return deactivate(session, world.now, name)


def sign_in(world: World, name: str, password: str = PASSWORD) -> int:
    browser = world.browser()
    data = {"name": name, "password": password, "csrf_token": form_token(browser)}
    return browser.post("/login", data=data).status_code


def assignee(world: World, number: str) -> int | None:
    with world.app.app_context():
        return db.session.query(Ticket.assignee_id).filter_by(number=number).scalar()


def test_sessions_tokens_and_sign_in_end_at_once(both: World) -> None:
    browser, api = both.entered("rina"), both.api("rina")
    assert browser.get("/board").status_code == 200
    assert api.get("/tickets").status_code == 200
    leaves(both, "rina")
    assert browser.get("/board").status_code == 303
    assert api.get("/tickets").status_code == 401
    assert sign_in(both, "rina") == 401


def test_who_comes_back_signs_in_with_the_new_password_and_the_old_token_stays_ended(world: World) -> None:
    leaves(world, "rina")
    with world.app.app_context(), unit_of_work() as session:
        activate(session, "rina", NEW_PASSWORD)
    assert sign_in(world, "rina") == 401
    assert sign_in(world, "rina", NEW_PASSWORD) == 303
    assert world.api("rina").get("/tickets").status_code == 401


def test_a_new_password_ends_the_sessions_and_keeps_the_tokens(world: World) -> None:
    browser = world.entered("rina")
    with world.app.app_context(), unit_of_work() as session:
        change_password(session, "rina", NEW_PASSWORD)
    assert browser.get("/board").status_code == 303
    assert (sign_in(world, "rina"), sign_in(world, "rina", NEW_PASSWORD)) == (401, 303)
    assert world.api("rina").get("/tickets").status_code == 200


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.ON_HOLD, Status.FULFILLED, Status.RESOLVED])
def test_tickets_that_may_still_be_worked_on_become_free_and_say_why(both: World, status: Status) -> None:
    number = both.ticket(status)
    assert assignee(both, number) is not None
    assert leaves(both, "rina") == [number]
    assert assignee(both, number) is None
    shown = both.api("sari").get(f"/tickets/{number}").json
    assert (shown["status"], shown["assignee"]) == (status, None)
    last = shown["events"][-1]
    assert (last["action"], last["from"], last["to"], last["why"]) == ("released", status, status, "rina")
    assert any(event["by"] == "rina" for event in shown["events"]), "the history keeps the name"
    page = both.entered("sari").get(f"/tickets/{number}", query_string={"lang": "en"}).text
    assert "took the ticket from somebody who no longer works here" in page


def test_what_is_over_stays_as_it_was(world: World) -> None:
    number = world.ticket(Status.CLOSED)
    world.move(days=30)
    kept = assignee(world, number)
    assert leaves(world, "rina") == []
    assert assignee(world, number) == kept is not None
