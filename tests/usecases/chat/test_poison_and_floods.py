"""One chat must not stand in the way of all others: what fails, what never ends, what comes by the thousand."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.base import ChannelError
from helpdesk.channels.chat.model import ChatOutbound, Kind, Media
from helpdesk.channels.chat.words import asked
from helpdesk.channels.registry import READERS
from helpdesk.store.chat_models import ChatAccount, ChatFile, ChatMessage
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import File, Ticket
from helpdesk.tickets.words import Action
from helpdesk.usecases.caps import over_cap_in_all
from helpdesk.usecases.chat import conversing, receiving
from helpdesk.usecases.chat.dispatching import take_next_chat
from helpdesk.usecases.chat.files import take_file
from helpdesk.usecases.chat.receiving import Chats, receive_waiting, settle_some
from helpdesk.usecases.raw import store_raw
from helpdesk.worker import Worker
from helpdesk.worker.chatting import Chatting
from tests.usecases.chat.conftest import BOT, LINES, NUMBER, SOON, Chatter, asked_which, counted
from tests.usecases.conftest import Office


def whatsapp(*words: str) -> bytes:
    messages = [
        {"from": f"62811000{n:05}", "id": f"w{n}", "timestamp": "0", "type": "text", "text": {"body": text}}
        for n, text in enumerate(words)
    ]
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": messages}
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


def test_one_message_that_fails_takes_nobody_elses_in_the_same_delivery_with_it(
    office: Office, chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = conversing.hear

    def hear(turn: Any) -> None:
        real(turn)
        if turn.said.text == "racun":
            raise ValueError

    monkeypatch.setattr(receiving.conversing, "hear", hear)
    chats = replace(chats, readers=READERS)
    given = {"external_id": "a", "received_at": office.now(), "now": office.now()}
    with unit_of_work() as session:
        store_raw(session, channel="whatsapp", body=whatsapp("printer rusak", "racun", "akun terkunci"), **given)
    for _try in range(4):
        receive_waiting(chats)
        office.now.at += timedelta(minutes=6)
    with unit_of_work() as session:
        raw = session.scalars(select(RawMessage)).one()
        assert (raw.state, raw.reason, raw.attempts) == ("quarantined", "ValueError", 3)
        assert [t.subject for t in session.scalars(select(Ticket).order_by(Ticket.id))] == [
            "printer rusak",
            "akun terkunci",
        ]


def test_a_chat_that_cannot_go_on_holds_up_nobody_elses(sari: Chatter, eve: Chatter, chats: Chats) -> None:
    asked_which(eve, "satu lagi")
    with unit_of_work() as session:
        session.execute(update(ChatAccount).values(step={"name": "which", "messages": [{"row": 1}]}))
    asked_which(sari, "satu lagi")
    sari.office.now.at += timedelta(hours=1)
    assert settle_some(chats) == 1
    assert len(sari.tickets()) == 3
    assert settle_some(chats) == 0, "put off, not tried again and again"


def test_a_message_that_cannot_be_written_stands_in_nobodys_way(sari: Chatter, eve: Chatter, office: Office) -> None:
    eve.sends("akun terkunci")
    eve.office.does("agen", Action.REPLY, eve.tickets()[0], text="dengan berkas")
    with unit_of_work() as session:
        first, answer = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        first.context = {**first.context, "template": {"name": "x"}}
        answer.context = {**answer.context, "files": True}
        values = {"name": "a.txt", "media_type": "text/plain", "size": 1, "content_id": "", "inline": False}
        session.add(File(entry_id=answer.entry_id, sha256="0" * 64, **values))
        ids = (first.id, answer.id)
    sari.sends("printer rusak")
    with unit_of_work() as session:
        claimed = take_next_chat(session, office.context(), LINES)
    assert claimed is not None and claimed.message.account == "7700"
    with unit_of_work() as session:
        states = [session.get_one(OutboxMessage, id_).state for id_ in ids]
    assert states == ["failed", "pending"], "what can never be written is given up, files are waited for"


def test_no_more_than_some_messages_wait(sari: Chatter) -> None:
    asked_which(sari, "0")
    for count in range(1, 30):
        sari.sends(f"kata {count}")
    with unit_of_work() as session:
        assert "messages" not in session.scalars(select(ChatAccount)).one().step
    assert counted(ChatMessage.text.startswith("kata"), ChatMessage.entry_id.is_(None), of=ChatMessage) == 0


def test_a_machine_that_answers_every_answer_is_answered_no_more(sari: Chatter, eve: Chatter) -> None:
    for _count in range(60):
        sari.sends("halo")
    assert counted() == 40
    eve.sends("printer rusak")
    assert eve.heard
    sari.sends("printer rusak", later=timedelta(minutes=11))
    assert len(sari.tickets()) == 1, "its words are kept all the same"


def test_who_opens_ticket_after_ticket_goes_on_in_the_newest(sari: Chatter, eve: Chatter) -> None:
    for count in range(25):
        sari.sends("baru", later=timedelta(seconds=90))
        sari.sends(f"masalah {count}")
    numbers = sari.tickets()
    assert len(numbers) == 20
    assert ("requester-message", "masalah 24") in sari.entries(numbers[-1])
    eve.sends("printer rusak")
    assert len(eve.tickets()) == 1


def test_chatting_uses_up_nothing_of_what_mail_may_be_sent(sari: Chatter, office: Office) -> None:
    for _count in range(30):
        sari.sends("halo")
    context = office.context()
    context = replace(context, settings=replace(context.settings, automatic_in_all=20))
    with unit_of_work() as session:
        session.execute(update(OutboxMessage).values(state="sent", sent_at=office.now()))
        assert not over_cap_in_all(session, context, "siapa@kantor.example")


def test_a_thousand_files_of_one_person_let_those_of_others_pass(sari: Chatter, eve: Chatter, office: Office) -> None:
    def file(id_: str) -> tuple[Media, ...]:
        return (Media(id=id_, name="a.jpg", media_type="image/jpeg"),)

    for count in range(40):
        eve.sends(kind=Kind.IMAGE, media=file(f"e{count}"))
    sari.sends(kind=Kind.IMAGE, media=file("s"))
    ids = []
    while True:
        with unit_of_work() as session:
            wanted = take_file(session, office.context())
        if wanted is None:
            break
        ids.append(wanted.media.id)
    assert "s" in ids
    assert len(ids) < 35


class Broken:
    """A line whose code meets what nobody expected."""

    text_limit = 4096

    def send(self, message: ChatOutbound) -> tuple[str, ...]:
        raise AttributeError(message.text)

    def fetch(self, media: Media, limit: int) -> bytes:
        raise ValueError(media.id, limit)

    def acknowledge(self, press_id: str) -> None:
        raise ChannelError(press_id)

    def templates(self) -> tuple[()]:
        return ()

    def close(self) -> None:
        pass


def test_what_a_line_cannot_say_or_fetch_is_given_up_and_not_tried_for_ever(sari: Chatter, office: Office) -> None:
    sari.sends("lihat", kind=Kind.IMAGE, media=(Media(id="1", name="a.jpg", media_type="image/jpeg"),))
    worker = Worker(replace(office.settings, min_free_mb=0), CatalogSource(office.catalog))
    object.__setattr__(worker.desk, "now", office.now)
    chatting = Chatting(worker)
    chatting.lines.open = {("telegram", BOT): Broken()}
    chatting._send_some()
    chatting._fetch_some()
    with unit_of_work() as session:
        assert {(m.state, m.error) for m in session.scalars(select(OutboxMessage))} == {
            ("failed", "cannot be sent: AttributeError")
        }
        file = session.scalars(select(ChatFile)).one()
        assert (file.state, file.fault) == ("waiting", "cannot be fetched: ValueError")
        assert office.now() < file.next_try_at < office.now() + SOON
    worker._read.close()


def test_long_words_are_no_words() -> None:
    assert asked("a" + " " * 200_000 + "x") is None
