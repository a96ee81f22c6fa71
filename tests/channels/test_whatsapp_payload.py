"""What WhatsApp's webhook brings, kind by kind; and that nothing of any shape makes the reader fail."""

import base64
import copy
import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from helpdesk.channels.base import Unreadable
from helpdesk.channels.chat.model import (
    Deleted,
    Edited,
    Kind,
    Media,
    Moved,
    Progress,
    Progressed,
    Reacted,
    Said,
    Unknown,
)
from helpdesk.channels.whatsapp.payload import read
from tests.channels.whatsapp_payloads import BOT, WATI, body, message, status, text

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HEX = hashlib.sha256(b"isi").hexdigest()
PDF = {"id": "m1", "mime_type": "application/pdf", "sha256": HEX, "filename": "../../surat.pdf", "caption": "Suratnya"}


def one(raw: bytes) -> Any:
    """The only event of a body."""
    (event,) = read(raw)
    return event


def test_a_text_says_who_wrote_what_when_and_on_which_line() -> None:
    assert one(body(text("Halo\nPrinter rusak 😀"))) == Said(
        bot=BOT, account=WATI, id="wamid.IN1", at=AT, name="Wati", phone=f"+{WATI}", text="Halo\nPrinter rusak 😀"
    )


@pytest.mark.parametrize(
    ("kind", "part", "wanted"),
    [
        ("image", {"id": "m1", "mime_type": "image/jpeg", "caption": "Ini"}, (Kind.IMAGE, "Ini", "image-1.jpg")),
        ("document", PDF, (Kind.DOCUMENT, "Suratnya", "surat.pdf")),
        ("audio", {"id": "m1", "mime_type": "audio/ogg; codecs=opus", "voice": True}, (Kind.AUDIO, "", "audio-1.ogg")),
        ("video", {"id": "m1", "mime_type": "video/mp4"}, (Kind.VIDEO, "", "video-1.mp4")),
        ("sticker", {"id": "m1", "mime_type": "image/webp", "animated": False}, (Kind.STICKER, "", "image-1.webp")),
        ("document", {"id": "m1", "mime_type": "<b>"}, (Kind.DOCUMENT, "", "attachment-1.bin")),
    ],
)
def test_each_kind_of_file_has_its_kind_its_words_and_a_safe_name(kind: str, part: Any, wanted: tuple) -> None:
    said = one(body(message(kind, part)))
    assert (said.kind, said.text, said.media[0].name) == wanted
    assert (said.media[0].id, said.media[0].fault) == ("m1", "")


@pytest.mark.parametrize("stated", [HEX, HEX.upper(), base64.b64encode(bytes.fromhex(HEX)).decode()])
def test_the_checksum_of_a_file_is_read_in_hex_and_in_base64(stated: str) -> None:
    assert one(body(message("document", {**PDF, "sha256": stated}))).media[0].sha256 == HEX


def test_a_file_that_the_platform_could_not_fetch_says_why() -> None:
    errors = [{"code": 131052, "title": "Media download error"}]
    said = one(body(message("image", {"id": "m1", "mime_type": "image/png", "caption": "x"}, errors=errors)))
    assert (said.text, said.media[0].fault) == ("x", "Media download error (131052)")
    assert one(body(message("image"))).media == (
        Media(id="", name="attachment-1.bin", media_type="application/octet-stream", fault="no file is named"),
    )


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (message("interactive", {"type": "button_reply", "button_reply": {"id": "yes", "title": "Ya"}}), ("Ya", "yes")),
        (message("interactive", {"type": "list_reply", "list_reply": {"id": "r1", "title": "Satu"}}), ("Satu", "r1")),
        (message("button", {"payload": "LANJUT", "text": "Lanjut"}), ("Lanjut", "LANJUT")),
    ],
)
def test_a_pressed_button_is_its_title_and_its_payload(sent: dict, wanted: tuple[str, str]) -> None:
    said = one(body(sent))
    assert (said.kind, said.text, said.payload) == (Kind.CHOICE, *wanted)


def test_a_place_is_its_name_and_a_link_to_a_map() -> None:
    part = {"latitude": -6.17, "longitude": 106.83, "name": "Lapangan Banteng", "address": "Jakarta"}
    said = one(body(message("location", part)))
    assert (said.kind, said.text) == (
        Kind.LOCATION,
        "Lapangan Banteng\nJakarta\nhttps://www.openstreetmap.org/?mlat=-6.17&mlon=106.83",
    )
    assert one(body(message("location", {"latitude": True, "longitude": 1e308}))).kind is Kind.UNSUPPORTED


def test_several_contacts_in_one_message_are_a_line_each() -> None:
    cards = [
        {"name": {"formatted_name": "Budi"}, "phones": [{"phone": "+62 811"}], "emails": [{"email": "b@x.id"}]},
        {"name": {"formatted_name": "Kantor"}, "org": {"company": "KPTIK"}, "phones": [{"wa_id": "62812"}]},
    ]
    said = one(body(message("contacts", cards)))
    assert (said.kind, said.text) == (Kind.CONTACT, "Budi, +62 811, b@x.id\nKantor, KPTIK, 62812")


def test_a_reaction_is_no_message_and_an_empty_one_takes_it_away() -> None:
    signs = [one(body(message("reaction", {"message_id": "wamid.OUT1", **e}))) for e in ({"emoji": "👍🏽"}, {})]
    assert signs == [Reacted(bot=BOT, account=WATI, message_id="wamid.OUT1", sign=s, at=AT) for s in ("👍🏽", "")]


def test_an_answer_names_what_it_answers_and_a_forward_is_marked() -> None:
    assert one(body(text(context={"id": "wamid.OUT7", "from": "6221"}))).reply_to == "wamid.OUT7"
    assert one(body(text(context={"forwarded": True}))).forwarded
    assert one(body(text(context={"frequently_forwarded": True}))).forwarded


def test_what_the_platform_does_not_pass_on_is_still_something_that_the_person_said() -> None:
    order = {"text": "Tolong", "product_items": [{"quantity": 2, "product_retailer_id": "A-1"}]}
    sent = [message("unsupported", errors=[{"code": 131051}]), message("order", order), message("text", {"body": " "})]
    assert [(e.kind, e.text) for e in read(body(*sent))] == [
        (Kind.UNSUPPORTED, ""),
        (Kind.UNSUPPORTED, "Tolong\n2 × A-1"),
        (Kind.UNSUPPORTED, ""),
    ]


def test_edits_and_revocations_name_the_message_that_they_change() -> None:
    new = {"original_message_id": "wamid.IN1", "message": {"type": "text", "text": {"body": "baru"}}}
    edited = one(body(message("edit", new, number=9)))
    assert isinstance(edited, Edited) and (edited.said.id, edited.said.text, edited.said.at) == (
        "wamid.IN1",
        "baru",
        AT,
    )
    gone = one(body(message("revoke", {"original_message_id": "wamid.IN1"}, number=9)))
    assert gone == Deleted(bot=BOT, account=WATI, id="wamid.IN1", at=AT)


def test_a_changed_number_moves_the_account() -> None:
    for part in ({"wa_id": "628999000111"}, {"new_wa_id": "628999000111", "user_id": "ID.5"}):
        sent = message("system", {"type": "user_changed_number", "body": "…", **part})
        assert one(body(sent)) == Moved(bot=BOT, account=WATI, to="628999000111", at=AT)
    sent = message("system", {"type": "user_changed_user_id", "user_id": "ID.6", "wa_id": WATI})
    del sent["from"]
    assert one(body(sent | {"from_user_id": "ID.5"})) == Moved(bot=BOT, account="ID.5", to="ID.6", at=AT)
    assert isinstance(one(body(message("system", {"type": "customer_identity_changed"}))), Unknown)


def test_both_spellings_of_a_brazilian_mobile_number_are_one_person_and_a_land_line_another() -> None:
    numbers = ("5511987654321", "551187654321", "551132654321")
    contacts = [{"wa_id": number, "profile": {}} for number in numbers]
    sent = [text(number=n) | {"from": number} for n, number in enumerate(numbers)]
    assert [e.account for e in read(body(*sent, contacts=contacts))] == [numbers[0], numbers[0], numbers[2]]


def test_a_person_without_a_number_is_known_by_the_other_id() -> None:
    sent = text()
    del sent["from"]
    contacts = [{"user_id": "ID.9f", "profile": {"name": "Sari", "username": "sari"}}]
    said = one(body(sent | {"from_user_id": "ID.9f"}, contacts=contacts))
    assert (said.account, said.phone, said.name) == ("ID.9f", "", "Sari")
    both = one(body(text(from_user_id="ID.9f"), contacts=[{"user_id": "ID.9f", "wa_id": WATI}]))
    assert both.account == WATI


def test_the_names_of_a_batch_stay_with_their_people() -> None:
    contacts = [{"wa_id": "62811", "profile": {"name": "Ani"}}, {"wa_id": "62822", "profile": {"name": "Budi"}}]
    sent = [text(number=n) | {"from": who} for n, who in enumerate(("62822", "62811", "62833"))]
    assert [e.name for e in read(body(*sent, contacts=contacts))] == ["Budi", "Ani", ""]


def test_statuses_say_how_far_a_message_has_come_and_why_it_failed() -> None:
    errors = [{"code": 131047, "title": "Re-engagement message", "error_data": {"details": "More than 24 hours"}}]
    words = [status("sent"), status("delivered"), status("read"), status("played"), status("failed", errors=errors)]
    events = read(body(statuses=words, messages=None))
    assert [e.progress for e in events] == [
        Progress.SENT,
        Progress.DELIVERED,
        Progress.READ,
        Progress.READ,
        Progress.FAILED,
    ]
    assert events[-1] == Progressed(
        bot=BOT, account=WATI, message_id="wamid.OUT1", progress=Progress.FAILED,
        at=datetime(2026, 11, 23, 1, 1, tzinfo=UTC), code="131047", why="More than 24 hours",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (body(message("poll", {})), "message of type poll"),
        (body(message("interactive", {"type": "nfm_reply"})), "interactive answer of type nfm_reply"),
        (body(text() | {"id": None}), "message without an id: text"),
        (body(text() | {"id": "w" * 256}), "message without an id: text"),
        (body(text() | {"from": ""}), "message without a sender: text"),
        (body(message("reaction", {"emoji": "x"})), "reaction to no message"),
        (body(message("edit", {"original_message_id": "a"})), "edit of no message, or into something else"),
        (body(statuses=[status("deleted")]), "status deleted"),
        (body(text(), metadata={}), "messages without a number of ours"),
        (body(), "messages without a message"),
        (body(errors=[{"code": 131000, "title": "Something went wrong"}]), "error 131000 Something went wrong"),
        (body(field="account_update", event="DISABLED"), "account_update DISABLED"),
        (b'{"object": "page", "entry": []}', "object page"),
        (b'{"object": "whatsapp_business_account", "entry": {}}', "nothing in it"),
        (b"{}", "nothing in it"),
    ],
)
def test_what_has_no_name_here_is_kept_as_unknown(raw: bytes, what: str) -> None:
    event = one(raw)
    assert isinstance(event, Unknown) and event.what == what


def test_a_verdict_about_a_template_names_it() -> None:
    about = {"event": "APPROVED", "message_template_name": "kabar", "message_template_language": "id"}
    assert one(body(field="message_template_status_update", **about)).what == (
        "message_template_status_update APPROVED kabar id"
    )


@pytest.mark.parametrize("raw", [b"", b"[]", b'"x"', b"\xff", b"{", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_bytes_that_are_no_object_are_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw)


def test_a_message_without_a_time_came_when_it_was_received() -> None:
    for wrong in (None, "soon", "-1", "9" * 12, "１２", True, [1]):
        assert read(body(text() | {"timestamp": wrong}), received_at=AT)[0].at == AT


SEEDS = [
    text("a\x00b\ud800", context={"id": "wamid.OUT7", "forwarded": True}),
    message("document", PDF, errors=[{"code": 1, "title": "t", "error_data": {"details": "d"}}]),
    message("interactive", {"type": "list_reply", "list_reply": {"id": "r1", "title": "Satu"}}),
    message("location", {"latitude": -6.17, "longitude": 106.83, "name": "N", "address": "A"}),
    message("contacts", [{"name": {"formatted_name": "B"}, "phones": [{"phone": "1"}], "emails": [{"email": "e"}]}]),
    message("reaction", {"message_id": "m", "emoji": "👍"}),
    message("system", {"type": "user_changed_number", "wa_id": "628999000111"}),
    message("order", {"text": "t", "product_items": [{"quantity": 2, "product_retailer_id": "A"}]}),
    message("edit", {"original_message_id": "o", "message": {"type": "text", "text": {"body": "b"}}}),
    message("revoke", {"original_message_id": "o"}),
]
WHOLE = json.loads(body(*SEEDS, statuses=[status("failed", errors=[{"code": 1, "title": "t"}])], errors=[{"code": 2}]))
ODD = some.sampled_from(
    [None, True, False, 0, -1, 10**30, 1e308, float("nan"), "", "\x00", "\ud800", "\u202e" * 400, "text", "9" * 400,
     [], {}, [None], [[]], {"": None}, {"id": {}}, [{"id": []}]]
)  # fmt: skip


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """The path of every value inside."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(inner for name, part in pairs for inner in places(part, (*path, name)))]


def strings(value: Any) -> list[str]:
    """Every text of an event."""
    if is_dataclass(value):
        return [s for field in fields(value) for s in strings(getattr(value, field.name))]
    if isinstance(value, tuple):
        return [s for part in value for s in strings(part)]
    return [value] if isinstance(value, str) else []


@settings(max_examples=150, deadline=None, database=None)
@given(some.lists(some.tuples(some.sampled_from(places(WHOLE)[1:]), ODD), min_size=1, max_size=6))
def test_no_value_of_any_type_at_any_place_makes_the_reader_fail(changes: list[tuple[tuple, Any]]) -> None:
    mutated = copy.deepcopy(WHOLE)
    for path, odd in changes:
        at: Any = mutated
        try:
            for name in path[:-1]:
                at = at[name]
            at[path[-1]] = copy.deepcopy(odd)  # shared, a later change could put it into itself
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken this place away
    events = read(json.dumps(mutated).encode())
    assert events
    for found in (s for event in events for s in strings(event)):
        assert "\x00" not in found
        found.encode()
