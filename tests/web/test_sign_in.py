"""Signing in: the same answer to every wrong try, slowed down, and no way to lock somebody else out."""

import re

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from helpdesk.store.db import db
from helpdesk.store.people_models import Attempt
from helpdesk.web.auth import PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS
from helpdesk.web.security import local_path
from tests.web.conftest import PASSWORD, World, form_token

WRONG = "not-the-password"


def enter(world: World, name: str, password: str = WRONG, *, browser=None, address: str = "192.0.2.7", **more: str):
    browser = browser or world.browser()
    data = {"name": name, "password": password, "csrf_token": form_token(browser), **more}
    return browser.post("/login", data=data, environ_base={"REMOTE_ADDR": address})


def test_the_right_name_and_password_lead_to_the_board(world: World) -> None:
    answer = enter(world, "rina", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/board")


def test_who_is_a_technician_only_begins_at_the_queue(world: World) -> None:
    assert enter(world, "tono", PASSWORD).location == "/queue"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(world: World) -> None:
    known, unknown = enter(world, "rina"), enter(world, "nobody")
    assert known.status_code == unknown.status_code == 401
    assert plain(known.text).replace("rina", "X") == plain(unknown.text).replace("nobody", "X")


def plain(text: str) -> str:
    """A page without what is random in it."""
    return re.sub(r'(value|nonce)="[^"]{30,}"', "", text)


def test_what_was_typed_is_kept_but_never_the_password(world: World) -> None:
    page = enter(world, "rina").text
    assert 'value="rina"' in page
    assert WRONG not in page


def test_guesses_from_one_place_are_slowed_down_whatever_the_spelling(world: World) -> None:
    for name in ("rina", "RINA", "Rina ", " rina", "rInA"):
        assert enter(world, name).status_code == 401
    refused = enter(world, "rina", PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")


def test_the_wait_ends_although_somebody_keeps_trying(world: World) -> None:
    for _try in range(PER_ACCOUNT_AND_ADDRESS):
        enter(world, "rina")
    for _minute in range(15):
        world.move(minutes=1)
        enter(world, "rina")
    world.move(seconds=1)
    assert enter(world, "rina", PASSWORD).status_code in (303, 429)
    world.move(minutes=16)
    assert enter(world, "rina", PASSWORD).status_code == 303


def test_guesses_from_everywhere_do_not_lock_out_a_browser_that_is_known(world: World) -> None:
    mine = world.signed_in("rina")
    with world.app.app_context():
        for number in range(PER_ACCOUNT):
            db.session.add(Attempt(kind="sign-in", subject="account rina", at=world.now))
            db.session.add(Attempt(kind="sign-in", subject=f"rina 198.51.100.{number}", at=world.now))
        db.session.commit()
    assert enter(world, "rina", PASSWORD, address="192.0.2.99").status_code == 429
    mine.post("/logout", data={"csrf_token": world.form_token(mine)})
    assert enter(world, "rina", PASSWORD, browser=mine).status_code == 303


def test_a_known_browser_is_slowed_down_too(world: World) -> None:
    mine = world.signed_in("rina")
    mine.post("/logout", data={"csrf_token": world.form_token(mine)})
    for _try in range(PER_ACCOUNT_AND_ADDRESS):
        assert enter(world, "rina", browser=mine).status_code == 401
    assert enter(world, "rina", PASSWORD, browser=mine).status_code == 429


def test_the_announced_address_of_a_header_is_not_believed(world: World) -> None:
    for number in range(PER_ACCOUNT_AND_ADDRESS):
        browser = world.browser()
        browser.post(
            "/login",
            data={"name": "rina", "password": WRONG, "csrf_token": form_token(browser)},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    assert enter(world, "rina", PASSWORD, address="127.0.0.1").status_code == 429


def test_old_attempts_are_forgotten(world: World) -> None:
    enter(world, "rina")
    world.move(days=2)
    enter(world, "sari")
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Attempt)) == 3


@pytest.mark.parametrize(
    "asked",
    ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/board", "\t//evil.example",
     "%09//evil.example", "javascript:alert(1)", "/\nfoo", "board", "", "/" + "a" * 3000],
)  # fmt: skip
def test_no_way_leads_off_the_site_after_signing_in(world: World, asked: str) -> None:
    assert enter(world, "rina", PASSWORD, next=asked).location == "/board"


def test_a_path_of_this_site_is_where_one_goes_on() -> None:
    assert local_path("/tickets/MDN-2026-000001?x=1", "/") == "/tickets/MDN-2026-000001?x=1"


def test_who_is_not_signed_in_comes_back_after_signing_in(world: World) -> None:
    answer = world.browser().get("/board?view=all")
    assert (answer.status_code, answer.location) == (303, "/login?next=/board?view%3Dall")
    page = world.browser().get(answer.location).text
    assert 'name="next" value="/board?view=all"' in page


def test_passwords_are_hashed_as_slowly_as_the_library_advises(slow_hasher: PasswordHasher) -> None:
    kept = slow_hasher.hash("kata-sandi-uji")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
