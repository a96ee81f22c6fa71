"""Updates of Telegram: every kind has a defined meaning, and no payload can make the reading fail."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.channels.base import Unreadable
from helpdesk.channels.chat.model import Edited, Kind, Moved, Reachability, Reacted, Said, Unknown
from helpdesk.channels.telegram.content import LARGEST_FETCHED
from helpdesk.channels.telegram.updates import EPOCH, read, update_id
from tests.channels.telegram_samples import ANN, BOT, CHAT, DATE, EVERY_KIND, file, message, press, said, update

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
AT = datetime.fromtimestamp(DATE, UTC)
RECEIVED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def only(body: bytes) -> Any:
    (event,) = read(body, BOT, received_at=RECEIVED)
    return event


def kind(name: str) -> Any:
    return only(EVERY_KIND[name])


def test_a_message_is_read_with_its_sender_its_time_and_what_the_person_reads() -> None:
    assert kind("text") == Said(bot=BOT, account="1111111", id="17", at=AT, name="Ann Lee", text="Halo", language="id")


def test_the_address_behind_a_word_is_added_at_its_place_which_is_counted_in_utf16() -> None:
    assert kind("linked words").text == "\U0001f44d\U0001f3fd ok link (https://example.com/x) dan lagi"
    shown = {"type": "text_link", "offset": 0, "length": 11, "url": "https://a.b/"}
    assert only(said(text="https://a.b", entities=[shown])).text == "https://a.b"
    beyond = {"type": "text_link", "offset": 3, "length": 99, "url": "https://a.b/"}
    assert only(said(caption="abc", photo=[file()], caption_entities=[beyond])).text == "abc\nhttps://a.b/"


@pytest.mark.parametrize(
    ("name", "expected", "file_id", "file_name", "media_type"),
    [
        ("photo", Kind.IMAGE, "besar", "photo.jpg", "image/jpeg"),
        ("document", Kind.DOCUMENT, "berkas", "surat.pdf", "application/pdf"),
        ("audio", Kind.AUDIO, "berkas", "Rapat.mp3", "audio/mpeg"),
        ("voice", Kind.AUDIO, "berkas", "voice.ogg", "audio/ogg"),
        ("video", Kind.VIDEO, "berkas", "video.mp4", "video/mp4"),
        ("video note", Kind.VIDEO, "berkas", "video.mp4", "video/mp4"),
        ("animation", Kind.VIDEO, "gerak", "animation.mp4", "video/mp4"),
        ("sticker", Kind.STICKER, "berkas", "sticker.tgs", "application/x-tgsticker"),
    ],
)
def test_each_kind_of_file_is_one_file(
    name: str, expected: Kind, file_id: str, file_name: str, media_type: str
) -> None:
    found = kind(name)
    (media,) = found.media
    assert (found.kind, media.id, media.name, media.media_type) == (expected, file_id, file_name, media_type)
    assert media.fault == ""


def test_a_caption_an_album_and_the_sign_of_a_sticker_are_kept() -> None:
    photo = kind("photo")
    assert (photo.text, photo.album, photo.media[0].size) == ("layar", "129", 91883)
    assert kind("sticker").text == "\U0001f44d"


def test_a_file_that_telegram_hands_to_no_bot_says_so_and_its_name_has_no_folder() -> None:
    large = file(file_size=LARGEST_FETCHED + 1, file_name="../../etc/besar.iso")
    (media,) = only(said(document=large)).media
    assert (media.fault, media.name) == ("too large", "besar.iso")
    assert only(said(document=file(file_size=LARGEST_FETCHED))).media[0].fault == ""
    assert only(said(document={"file_name": "x"})).media[0].fault == "no file id"


def test_places_contacts_polls_and_dice_are_words() -> None:
    link = "https://www.openstreetmap.org/?mlat=-6.1753924&mlon=106.8271528"
    assert (kind("location").kind, kind("location").text) == (Kind.LOCATION, link)
    assert kind("venue").text == f"Monas\nJakarta\n{link}"
    assert kind("poll").text == "Kapan?\n- Senin\n- Selasa"
    assert kind("dice").text == "\U0001f3b2 3"
    assert (kind("story").kind, kind("story").text) == (Kind.UNSUPPORTED, "")


def test_a_telephone_number_is_the_senders_only_where_telegram_says_so() -> None:
    own = kind("contact")
    assert (own.kind, own.phone, own.text) == (Kind.CONTACT, "+6281234567", "Ann: 6281234567")
    other = {"phone_number": "+62811", "first_name": "Budi", "user_id": 2}
    unknown = {"phone_number": "+62811111", "first_name": "Budi"}
    mine = {"phone_number": "+62811111", "user_id": 1111111}
    assert only(said(contact=other)).phone == ""
    assert only(said(contact=unknown, **{"from": {}})).phone == ""
    assert only(said(contact=mine, forward_date=DATE)).phone == ""
    assert only(said(contact=other)).text == "Budi: +62811"


def test_replies_forwards_and_edits_say_so() -> None:
    assert kind("reply").reply_to == "9"
    assert kind("forwarded").forwarded
    edited = kind("edited")
    assert isinstance(edited, Edited)
    assert (edited.said.id, edited.said.text) == ("17", "Halo lagi")
    assert edited.said.at.timestamp() == DATE + 60
    assert read(EVERY_KIND["live location"], BOT) == ()


def test_a_pressed_button_has_an_id_of_its_own_and_the_time_at_which_it_was_received() -> None:
    pressed = kind("press")
    assert (pressed.kind, pressed.text, pressed.payload) == (Kind.CHOICE, "Selesai", "done:1")
    assert (pressed.id, pressed.press_id, pressed.reply_to, pressed.at) == ("press:900", "900", "16", RECEIVED)
    assert only(update(callback_query=press(data="lain"))).text == "lain"
    bare = kind("press without message")
    assert (bare.account, bare.payload, bare.reply_to, bare.private) == ("1111111", "x", "", True)


def test_blocking_reacting_and_moving_are_told() -> None:
    assert kind("blocked") == Reachability(bot=BOT, account="1111111", reachable=False, at=AT)
    back = {"chat": CHAT, "date": DATE, "new_chat_member": {"status": "member"}}
    assert only(update(my_chat_member=back)).reachable
    assert kind("reaction") == Reacted(bot=BOT, account="1111111", message_id="16", sign="\U0001f44d", at=AT)
    assert kind("migrated") == Moved(bot=BOT, account="-1001234567890", to="-1009", at=AT)


def test_groups_and_channels_are_not_private_and_the_chats_own_news_are_no_words() -> None:
    assert not kind("group").private
    assert not kind("channel").private
    assert read(EVERY_KIND["pinned"], BOT) == ()
    group = {"chat": {"id": -5, "type": "group"}, "date": DATE, "new_chat_member": {"status": "kicked"}}
    assert read(update(my_chat_member=group), BOT) == ()


def test_what_nobody_knows_yet_is_named() -> None:
    assert kind("new kind") == Unknown(bot=BOT, what="business_connection")
    assert only(update(message={"text": "x"})) == Unknown(bot=BOT, what="message without id or chat")
    assert only(b"{}") == Unknown(bot=BOT, what="empty update")


def test_a_message_without_a_time_has_the_one_at_which_it_was_received() -> None:
    assert only(said(text="x", date=None)).at == RECEIVED
    assert read(said(text="x", date=10**30), BOT)[0].at == EPOCH  # type: ignore[union-attr]


def test_nothing_that_a_database_refuses_is_left() -> None:
    hostile = (
        b'{"message":{"message_id":1,"chat":{"id":1},"text":"a\\u0000b\\ud800","from":{"first_name":"c\\u202ed\\n"}}}'
    )
    found = only(hostile)
    assert (found.text, found.name) == ("ab\ufffd", "cd")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\xff", b"[]", b"7", b"null", b"[" * 100_000, b'{"a":' + b"9" * 5000])
def test_bytes_that_are_no_json_object_are_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body, BOT)
    assert update_id(body) is None


RUBBISH: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=9),
    # Made anew each time: a second change may change what the first one put in.
    st.sampled_from(("[]", "{}", "[[]]", "[null, 1]", '{"id": 1}', f"1{'0' * 40}", '[{"offset": -3}]')).map(json.loads),
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample in which some fields were dropped or replaced by something else."""
    whole = json.loads(draw(st.sampled_from(sorted(EVERY_KIND.values()))))
    for _change in range(draw(st.integers(1, 4))):
        node: Any = whole
        while isinstance(node, dict | list) and node:
            keys = sorted(node) if isinstance(node, dict) else range(len(node))
            key = draw(st.sampled_from(list(keys)))
            if not isinstance(node[key], dict | list) or not node[key] or draw(st.integers(0, 3)) == 0:
                if isinstance(node, dict) and draw(st.booleans()):
                    del node[key]
                else:
                    node[key] = draw(RUBBISH)
                break
            node = node[key]
    return json.dumps(whole).encode("utf-8", "surrogatepass")


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_no_damage_to_an_update_makes_the_reading_fail(body: bytes) -> None:
    for event in read(body, BOT, received_at=RECEIVED):
        text = repr(event)
        text.encode()
        if isinstance(event, Said):
            assert event.account
            assert event.id
            "".join((event.text, event.name, event.payload)).encode()
            assert event.at.tzinfo is UTC


def _expected() -> list[tuple[str, dict[str, Any]]]:
    index = SAMPLES / "chat_samples.jsonl"
    if not index.exists():
        return []
    rows = [json.loads(line) for line in index.read_text().splitlines()]
    return [(row["file"], row["expect"]) for row in rows if row["channel"] == "telegram"]


def _holds(name: str, expected: Any, event: Any) -> bool:
    """Whether what the index of the samples expects under this name is what was read."""
    found = event.said if isinstance(event, Edited) else event
    media = found.media[0] if isinstance(found, Said) and found.media else None
    plain = {
        "text": lambda: found.text, "chat_id": lambda: int(found.account), "forwarded": lambda: found.forwarded,
        "reply_to": lambda: int(found.reply_to), "edits": lambda: isinstance(event, Edited) and int(found.id),
        "file_id": lambda: media.id, "group": lambda: found.album, "phone": lambda: found.phone,
        "own": lambda: bool(found.phone), "private": lambda: found.private, "blocked": lambda: not found.reachable,
        "ignored": lambda: not found.private, "migrates_to": lambda: isinstance(found, Moved) and int(found.to),
        "no_message": lambda: found.reply_to == "", "downloadable": lambda: media.fault == "",
        "duplicate": lambda: found.id == "1365",
    }  # fmt: skip
    if name == "link_text":
        return f"{expected} (https://" in found.text
    if name == "attachment":
        return media is not None and (media.name == expected or found.kind in (Kind.AUDIO, Kind.STICKER))
    if name == "location":
        return all(str(part) in found.text for part in expected)
    return bool(plain[name]() == expected)


def test_the_public_samples_are_read_as_their_index_says() -> None:
    wrong = {}
    for name, expected in _expected():
        event = only((SAMPLES / "telegram" / name).read_bytes())
        missed = [key for key, value in expected.items() if not _holds(key, value, event)]
        if missed or isinstance(event, Unknown):
            wrong[name] = (missed, event)
    assert wrong == {}


def test_an_edit_before_the_first_version_is_not_lost() -> None:
    event = only(update(edited_message=message(text="x", **{"from": ANN})))
    assert event.said.at == AT
