"""The chat of the portal without a script: a browser's own conversation, kept once, seen by nobody else."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from helpdesk.app import create_app
from helpdesk.config import Chats
from helpdesk.store.chat_models import ChatMessage
from helpdesk.store.db import db
from helpdesk.store.models import Ticket
from helpdesk.web.portal import limits
from tests.web.conftest import MEDAN, World
from tests.web.visitor import hidden

HERE = f"/chat/{MEDAN}"
RED = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def writes(browser: FlaskClient, text: str = "", **more: Any) -> Any:
    """A message by the form of the page."""
    form = hidden(browser, HERE) | {"text": text} | more
    return browser.post(HERE, data=form, content_type="multipart/form-data")


def payloads(page: str) -> dict[str, str]:
    """The buttons on a page: title to data."""
    return {t: p for p, t in re.findall(r'name="press" value="([^"]+)"><span>([^<]+)', page)}


def tickets(world: World) -> list[tuple[str, str, str]]:
    with world.app.app_context():
        found = db.session.query(Ticket).order_by(Ticket.id)
        return [(t.number, t.channel, t.subject) for t in found]


def test_looking_at_the_chat_changes_nothing_and_a_message_is_a_ticket_at_once(world: World) -> None:
    browser, before = world.browser(), world.dump()
    page = browser.get(HERE)
    assert "30 hari" in page.text and "Tulis saja" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    cookie = next(c for c in page.headers.getlist("Set-Cookie") if c.startswith("helpdesk-chat="))
    assert {"HttpOnly", "Path=/chat", "SameSite=Lax"} <= set(cookie.split("; "))
    assert world.dump() == before
    answer = writes(browser, "Saya lupa *password* <b>email</b>", name="Wati")
    assert (answer.status_code, answer.location) == (303, f"{HERE}#newest")
    [(number, channel, _subject)] = tickets(world)
    shown = browser.get(HERE).text
    assert channel == "web-chat" and number in shown and "08.00 WIB" in shown
    assert "<b>password</b> &lt;b&gt;email&lt;/b&gt;" in shown
    assert world.row(number).requester.name == "Wati"
    token = cookie.split("=", 1)[1].split(";")[0]
    assert token not in world.dump()


def test_the_same_form_sent_twice_is_one_message(world: World) -> None:
    browser = world.browser()
    form = hidden(browser, HERE) | {"text": "printer rusak"}
    assert [browser.post(HERE, data=form).status_code for _again in range(2)] == [303, 303]
    with world.app.app_context():
        assert db.session.query(ChatMessage).filter_by(direction="in").count() == 1
    assert len(tickets(world)) == 1


def test_nobody_else_sees_the_conversation_nor_presses_its_buttons(world: World) -> None:
    wati, other = world.browser(), world.browser()
    writes(wati, "rahasia kantor kami", files=(io.BytesIO(RED), "foto.png"))
    page = wati.get(HERE).text
    [link] = set(re.findall(rf'href="({HERE}/files/[^"]+)"', page))
    with wati.get(link) as shown:
        assert (shown.data, shown.mimetype) == (RED, "image/png")
    writes(other, "Halo")
    seen = other.get(HERE).text
    assert "rahasia" not in seen and tickets(world)[0][0] not in seen
    assert other.get(link).status_code == 404
    assert world.browser().get(f"{HERE}?part=1").text.count("rahasia") == 0
    payload = next(p for p in payloads(page).values() if p.startswith("svc:"))
    before = len(other.get(HERE).text)
    assert writes(other, press=payload).status_code == 422
    assert len(other.get(HERE).text) == before
    assert world.row(tickets(world)[0][0]).item is None


def test_a_button_that_was_offered_does_what_it_says_and_its_title_is_shown_as_said(world: World) -> None:
    browser = world.browser()
    writes(browser, "Saya lupa password email kantor")
    title, payload = next((t, p) for t, p in payloads(browser.get(HERE).text).items() if "password" in t.lower())
    assert writes(browser, press=payload).status_code == 303
    writes(browser, press=payloads(browser.get(HERE).text)["Benar"])
    events = world.entered("rina").get(f"/tickets/{tickets(world)[0][0]}").text
    assert "web-" not in re.sub(r"web-chat", "", events)
    assert re.search(rf'class="bubble own".*?{title}', browser.get(HERE).text, re.DOTALL)


def test_what_the_script_asks_for_is_the_part_that_changes_and_304_while_nothing_does(world: World) -> None:
    browser = world.browser()
    writes(browser, "printer rusak")
    first = browser.get(f"{HERE}?part=1")
    assert "<html" not in first.text and "printer rusak" in first.text
    same = {"If-None-Match": first.headers["ETag"]}
    assert browser.get(f"{HERE}?part=1", headers=same).status_code == 304
    number = tickets(world)[0][0]
    world.api("rina").ok(number, "take")
    world.api("rina").ok(number, "reply", {"text": "Kami cek dahulu."})
    later = browser.get(f"{HERE}?part=1", headers=same)
    assert later.status_code == 200 and "Kami cek dahulu." in later.text
    assert re.search(r'class="bubble desk".*?<b>rina</b>', later.text, re.DOTALL)


def test_what_cannot_be_kept_is_refused_with_what_was_typed(world: World) -> None:
    browser = world.browser()
    assert writes(browser, "").status_code == 422
    refused = writes(browser, "x" * 4001)
    assert refused.status_code == 422 and "4000" in refused.text and "xxx" in refused.text
    assert writes(browser, "hai", files=(io.BytesIO(b""), "kosong.pdf")).status_code == 422
    assert browser.post(HERE, data={"text": "tanpa tanda"}).status_code == 403
    assert tickets(world) == []


def test_who_begins_anew_leaves_the_conversation_behind(world: World) -> None:
    browser = world.browser()
    writes(browser, "printer rusak")
    browser.post(f"{HERE}/leave", data=hidden(browser, HERE))
    assert "printer rusak" not in browser.get(HERE).text
    assert len(tickets(world)) == 1


def test_one_network_may_ask_for_codes_no_oftener_than_elsewhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.PER_NETWORK, limits.CODE, 1)
    browser = world.browser()
    browser.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    answers = []
    for address in ("wati@example.id", "budi@example.id"):
        writes(browser, "hubungkan email")
        answers.append(writes(browser, address).status_code)
    assert answers == [303, 429]


def test_an_installation_without_web_chat_has_none(site: Any, world: World) -> None:
    assert HERE in world.browser().get(f"/{MEDAN}").text
    closed = create_app(replace(site, chat=Chats(web=False))).test_client()
    assert closed.get(HERE).status_code == 404
    assert HERE not in closed.get(f"/{MEDAN}").text
