"""Speaking to Telegram over real HTTP: what goes out, and what each kind of failure means."""

import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from helpdesk.channels.base import Attachment, ChannelError
from helpdesk.channels.chat.model import ChatOutbound, Choice, Line, Media
from helpdesk.channels.telegram.client import TelegramLine
from helpdesk.config import TelegramBot
from helpdesk.demo.telegram_server import TelegramServer

TOKEN = "4711:rahasia-sekali-0123456789"
BOT = TelegramBot("kptik-medan", TOKEN)
ANN = 1111111
PNG = Attachment("layar.png", "image/png", b"png")
PDF = Attachment("surat.pdf", "application/pdf", b"pdf")


@pytest.fixture(scope="module")
def server() -> Iterator[TelegramServer]:
    with TelegramServer(TOKEN) as running:
        running.bot.say(ANN, "/start")
        yield running


@pytest.fixture(scope="module")
def line(server: TelegramServer) -> Iterator[Line]:
    made = TelegramLine(BOT, server.url)
    yield made
    made.close()


def message(text: str = "Halo", **given: Any) -> ChatOutbound:
    return ChatOutbound(bot=BOT.id, account=str(ANN), text=text, **given)


def fault_of(line: Line, sent: ChatOutbound) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        line.send(sent)
    assert "rahasia" not in str(raised.value) + repr(raised.value.__cause__) + repr(raised.value.__context__)
    return raised.value


def test_a_text_goes_out_with_its_choices_and_what_it_answers(server: TelegramServer, line: Line) -> None:
    choices = (Choice("done:1", "Selesai"), Choice("open:1", "Belum selesai"))
    (number,) = line.send(message("Sudah?", choices=choices, reply_to="1"))
    sent = server.bot.sent[-1]
    assert (str(sent.message_id), sent.chat_id, sent.text, sent.reply_to) == (number, ANN, "Sudah?", 1)
    assert sent.buttons == [[("Selesai", "done:1"), ("Belum selesai", "open:1")]]
    line.send(message(choices=[Choice(f"stars:{n}", str(n)) for n in range(1, 6)], reply_to="press:7"))
    assert [len(row) for row in server.bot.sent[-1].buttons] == [5]
    assert server.bot.sent[-1].reply_to is None


def test_what_stands_between_stars_is_bold_and_a_calculation_is_not(server: TelegramServer, line: Line) -> None:
    line.send(message("\U0001f600 Nomor *MDN-1* dan *2 kali*: 2*3*4, 2 * 3 * 4"))
    sent = server.bot.sent[-1]
    assert sent.text == "\U0001f600 Nomor MDN-1 dan 2 kali: 2*3*4, 2 * 3 * 4"
    assert sent.bold == [(9, 5), (19, 6)]
    line.send(message("*Ini*", files=(PDF, PDF)))
    assert [(one.text, one.bold) for one in server.bot.sent[-2:]] == [("Ini", [(0, 3)]), ("", [])]


def test_one_file_takes_the_text_along_and_several_are_one_call(server: TelegramServer, line: Line) -> None:
    assert len(line.send(message("Ini", files=(PDF,)))) == 1
    assert (server.bot.sent[-1].text, server.bot.sent[-1].files) == ("Ini", [("surat.pdf", b"pdf")])
    assert server.bot.sent[-1].method == "sendDocument"
    line.send(message("", files=(PNG,)))
    assert server.bot.sent[-1].method == "sendPhoto"
    before = len(server.bot.sent)
    assert len(line.send(message("Dua", files=(PNG, PDF)))) == 2
    assert [(s.method, s.text) for s in server.bot.sent[before:]] == [("sendMediaGroup", "Dua"), ("sendMediaGroup", "")]


def test_a_picture_that_telegram_cannot_show_goes_out_as_a_file(server: TelegramServer, line: Line) -> None:
    server.fail("sendPhoto", status=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    line.send(message("Ini", files=(PNG,)))
    assert server.bot.sent[-1].method == "sendDocument"


def test_a_text_is_measured_in_utf16_and_cut_between_words(server: TelegramServer, line: Line) -> None:
    text = "\U0001f600" * 2000 + " " + "kata " * 200
    before = len(server.bot.sent)
    ids = line.send(message(text, choices=(Choice("a", "Ya"),)))
    parts = server.bot.sent[before:]
    assert len(ids) == len(parts) == 2
    assert "".join(part.text for part in parts).replace(" ", "") == text.replace(" ", "")
    assert [bool(part.buttons) for part in parts] == [False, True]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": " "}, "nothing"),
        ({"choices": (Choice("x" * 65, "Ya"),)}, "64 bytes"),
        ({"account": "@ann"}, "account"),
        ({"text": "", "choices": (Choice("a", "Ya"),), "files": (PDF, PNG)}, "without a text"),
    ],
)
def test_what_telegram_would_refuse_is_refused_before_it_goes_out(line: Line, given: dict[str, Any], said: str) -> None:
    fault = fault_of(line, ChatOutbound(**{"bot": BOT.id, "account": str(ANN), "text": "x", **given}))
    assert said in str(fault)
    assert (fault.permanent, fault.destination, fault.doubt) == (True, True, False)


def test_somebody_who_shut_the_bot_out_or_never_came_is_not_tried_again(server: TelegramServer, line: Line) -> None:
    server.bot.say(5, "hai")
    server.bot.block(5)
    blocked = fault_of(line, ChatOutbound(bot=BOT.id, account="5", text="x"))
    assert (blocked.permanent, blocked.destination, blocked.code) == (True, True, "403")
    stranger = fault_of(line, ChatOutbound(bot=BOT.id, account="6", text="x"))
    assert (stranger.permanent, stranger.destination, stranger.code) == (True, True, "400")
    assert "chat not found" in str(stranger)


@pytest.mark.parametrize(
    ("how", "doubt", "retry_after", "code"),
    [
        ({"status": 429, "retry_after": 30}, False, 30.0, "429"),
        ({"status": 429}, False, 5.0, "429"),
        ({"status": 502}, False, None, "502"),
        ({"status": 502, "html": True}, True, None, "502"),
        ({"status": 409}, False, None, "409"),
        ({"status": 401}, False, None, "401"),
        ({"drop": True, "done": True}, True, None, ""),
    ],
)
def test_a_fault_of_the_line_says_whether_the_message_may_have_gone_out(
    server: TelegramServer, line: Line, how: dict[str, Any], doubt: bool, retry_after: float | None, code: str
) -> None:
    server.fail("sendMessage", **how)
    fault = fault_of(line, message())
    assert (fault.doubt, fault.retry_after, fault.code) == (doubt, retry_after, code)
    assert not fault.permanent
    assert not fault.destination
    line.send(message())


def test_silence_is_doubt_and_nobody_listening_is_not(server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = TelegramLine(BOT, server.url)
    slow.send(message())
    monkeypatch.setattr("helpdesk.channels.telegram.client._LEAST_SECONDS", 0.3)
    server.fail("sendMessage", delay=0.5, done=True)
    assert fault_of(slow, message()).doubt
    slow.close()
    monkeypatch.undo()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = TelegramLine(BOT, f"http://127.0.0.1:{taken.getsockname()[1]}")
        fault = fault_of(away, message())
    away.close()
    assert (fault.doubt, fault.permanent, fault.destination) == (False, False, False)


def test_a_message_that_went_out_in_part_is_in_doubt(server: TelegramServer, line: Line) -> None:
    server.fail("sendDocument", status=429, retry_after=3)
    fault = fault_of(line, message("x" * 1500, files=(PDF,)))
    assert (fault.doubt, fault.retry_after) == (True, 3.0)


def test_a_file_is_fetched_up_to_the_limit(server: TelegramServer, line: Line) -> None:
    file_id = server.bot.file(b"isi berkas")["file_id"]
    assert line.fetch(Media(id=file_id), 10) == b"isi berkas"
    with pytest.raises(ChannelError, match="larger") as raised:
        line.fetch(Media(id=file_id), 9)
    assert raised.value.permanent


def test_an_expired_path_is_asked_for_again_and_a_file_that_is_gone_is_gone_for_good(
    server: TelegramServer, line: Line
) -> None:
    file_id = server.bot.file(b"isi")["file_id"]
    server.bot.forget(file_id)
    assert line.fetch(Media(id=file_id), 10) == b"isi"
    server.fail("file", status=404, times=2)
    with pytest.raises(ChannelError) as raised:
        line.fetch(Media(id=file_id), 10)
    assert raised.value.permanent
    server.fail("file", status=502)
    with pytest.raises(ChannelError) as raised:
        line.fetch(Media(id=file_id), 10)
    assert not raised.value.permanent
    with pytest.raises(ChannelError, match="too large") as raised:
        line.fetch(Media(id="x", fault="too large"), 10)
    assert raised.value.permanent


def test_a_pressed_button_is_acknowledged_and_a_failure_of_that_hurts_nobody(
    server: TelegramServer, line: Line
) -> None:
    line.acknowledge("p1")
    assert server.bot.acknowledged == ["p1"]
    server.fail("answerCallbackQuery", status=400)
    line.acknowledge("p2")
    assert server.bot.acknowledged == ["p1"]


def test_the_token_reaches_no_log_and_no_repr(
    server: TelegramServer, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    from helpdesk.logs import HIDDEN, hide_secrets

    with caplog.at_level(logging.DEBUG):
        line.send(message())
    logged = [hide_secrets(None, "info", {"event": record.getMessage()})["event"] for record in caplog.records]
    assert any(HIDDEN in event for event in logged)
    assert not [event for event in logged if "rahasia" in event]
    assert "rahasia" not in repr(vars(line)) + repr(BOT)
