"""Speaking on a WhatsApp number, to a server that refuses what the Cloud API refuses."""

import hashlib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.channels.base import Attachment, ChannelError
from helpdesk.channels.chat.model import ChatOutbound, Choice, Line, Media, Template
from helpdesk.channels.whatsapp.client import CloudLine
from tests.servers.whatsapp import BOT, TOKEN, CloudApi, Trouble, account_at, running

WATI = "6281234567890"
PNG = b"\x89PNG\r\n\x1a\n\r\r\n\n\x00\xff" * 50
MOMENT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class Site:
    """The platform, a line to it, and a clock."""

    def __init__(self, api: CloudApi, line: CloudLine) -> None:
        self.api, self.line = api, line

    def send(self, **given: Any) -> list[dict[str, Any]]:
        """Send to Wati; the bodies that the platform took, in their order."""
        ids = self.line.send(ChatOutbound(**{"bot": BOT, "account": WATI, **given}))
        taken = self.api.taken[-len(ids) :]
        assert [one.id for one in taken] == list(ids)
        return [one.body for one in taken]

    def refused(self, **given: Any) -> ChannelError:
        """The error of a sending, in which no secret is."""
        with pytest.raises(ChannelError) as caught:
            self.send(**{"text": "Halo", **given})
        assert TOKEN not in str(caught.value) and caught.value.__cause__ is None
        return caught.value

    def fetched(self, **given: Any) -> bytes:
        """A file, at most 1,000 bytes of it."""
        return self.line.fetch(Media(**given), 1000)

    def lost(self, **given: Any) -> ChannelError:
        """The error of fetching."""
        with pytest.raises(ChannelError) as caught:
            self.fetched(**given)
        assert TOKEN not in str(caught.value)
        return caught.value


@pytest.fixture(scope="module")
def whole() -> Iterator[Site]:
    with running() as api:
        line = CloudLine(account_at(api.api_url), seconds=0.5)
        yield Site(api, line)
        line.close()


@pytest.fixture
def site(whole: Site) -> Site:
    whole.api.now = lambda: MOMENT
    whole.api.trouble.clear()
    whole.api.templates.clear()
    return whole


def test_the_line_is_what_the_conversation_speaks_on(site: Site) -> None:
    line: Line = site.line
    assert line.text_limit == 4096
    line.acknowledge("")


def test_a_text_goes_out_as_it_is_and_may_quote_a_message(site: Site) -> None:
    words = "Tiket *MDN-2026-000001* 😀\nkata " * 100
    (body,) = site.send(text=words[:4096], reply_to="wamid.IN1")
    assert (body["to"], body["text"]["body"], body["context"]) == (WATI, words[:4096], {"message_id": "wamid.IN1"})


def test_a_person_without_a_number_is_written_to_by_the_other_id(site: Site) -> None:
    (body,) = site.send(account="ID.9f", text="Halo")
    assert body["recipient"] == "ID.9f" and "to" not in body


def test_up_to_three_short_choices_are_buttons(site: Site) -> None:
    (body,) = site.send(text="Sudah selesai?", choices=[Choice("y", "Selesai"), Choice("n", "Belum selesai")])
    assert [button["reply"] for button in body["interactive"]["action"]["buttons"]] == [
        {"id": "y", "title": "Selesai"},
        {"id": "n", "title": "Belum selesai"},
    ]


@pytest.mark.parametrize(
    "choices",
    [
        [Choice(f"p{n}", f"Layanan {n}") for n in range(4)],
        [Choice("a", "Reset kata sandi surel"), Choice("b", "Lain")],
        [Choice("a", "Sama"), Choice("b", "Sama")],
        [Choice(f"p{n}", f"Permintaan pemasangan perangkat nomor {n}" * 3, "x" * 100) for n in range(14)],
    ],
)
def test_more_or_longer_choices_are_the_rows_of_a_list(site: Site, choices: list[Choice]) -> None:
    (body,) = site.send(text="Yang mana?", choices=choices)
    action = body["interactive"]["action"]
    rows = action["sections"][0]["rows"]
    assert [row["id"] for row in rows] == [choice.payload for choice in choices[:10]]
    assert action["button"] == "Pilih / Choose"
    for row, choice in zip(rows, choices, strict=False):
        assert row["title"] == choice.title or row["description"][:60] == choice.title[:60]


def test_a_long_text_stands_in_part_before_its_choices_and_nothing_of_it_is_lost(site: Site) -> None:
    words = "\n".join(f"baris {n} " + "kata " * 20 for n in range(30))
    first, second = site.send(text=words, choices=[Choice("y", "Ya")])
    said = f"{first['text']['body']}\n{second['interactive']['body']['text']}"
    assert said.split() == words.split()


def test_one_file_carries_the_text_as_its_caption(site: Site) -> None:
    (body,) = site.send(text="Ini fotonya", files=(Attachment("foto.png", "image/png", PNG),))
    assert body["image"] == {"id": body["image"]["id"], "caption": "Ini fotonya"}
    stored = site.api.files[body["image"]["id"]]
    assert (stored.content, stored.media_type) == (PNG, "image/png")


def test_several_files_follow_their_text_each_as_its_kind(site: Site) -> None:
    kinds = ["application/pdf", "audio/ogg", "video/mp4", "image/gif"]
    files = tuple(Attachment(f"b/berkas-{n}", kind, PNG) for n, kind in enumerate(kinds))
    bodies = site.send(text="Terlampir", files=files, reply_to="wamid.IN1")
    assert [body["type"] for body in bodies] == ["text", "document", "audio", "video", "document"]
    assert bodies[1]["document"]["filename"] == "berkas-0"
    assert ["context" in body for body in bodies] == [True, False, False, False, False]


def test_a_template_goes_out_with_its_values_as_the_platform_takes_them(site: Site) -> None:
    site.api.add_template("kabar", "id", "Tiket {{1}}: {{2}}")
    (body,) = site.send(template=Template("kabar", "id", ("MDN-1", "baris\nkedua\t  dan {{1}}")), text="tidak dikirim")
    assert [p["text"] for p in body["template"]["components"][0]["parameters"]] == ["MDN-1", "baris kedua dan {{1}}"]
    error = site.refused(template=Template("kabar", "id", ("MDN-1",)))
    assert (error.permanent, error.destination, error.code) == (True, True, "132000")


@pytest.mark.parametrize(
    ("trouble", "wanted"),
    [
        (Trouble(400, 131047), {"permanent": True, "destination": True, "code": "131047"}),
        (Trouble(400, 131026), {"permanent": True, "destination": True, "code": "131026"}),
        (Trouble(400, 132001), {"permanent": True, "destination": True, "code": "132001"}),
        (Trouble(400, 131051), {"permanent": True, "destination": True, "code": "131051"}),
        (Trouble(400, 100), {"permanent": True, "destination": True, "code": "100"}),
        (Trouble(401, 190, f"Malformed access token {TOKEN}"), {"code": "190"}),
        (Trouble(400, 131042), {"code": "131042"}),
        (Trouble(403, 200), {"code": "200"}),
        (Trouble(429, 0), {"retry_after": 30.0, "code": "429"}),
        (Trouble(429, 130429, headers={"Retry-After": "7"}), {"retry_after": 7.0, "code": "130429"}),
        (Trouble(400, 80007), {"retry_after": 300.0, "code": "80007"}),
        (Trouble(400, 131048), {"retry_after": 900.0, "code": "131048"}),
        (Trouble(400, 131056), {"retry_after": 10.0, "destination": True, "code": "131056"}),
        (Trouble(500, 131000), {"code": "131000"}),
        (Trouble(503, 2), {"code": "2"}),
        (Trouble(503), {"code": "503"}),
        (Trouble(504), {"doubt": True, "code": "504"}),
        (Trouble(400, 999999, f"x {TOKEN} y"), {"permanent": True, "destination": True, "code": "999999"}),
    ],
)
def test_each_refusal_says_whether_when_and_for_whom_to_try_again(site: Site, trouble: Trouble, wanted: dict) -> None:
    site.api.trouble = [trouble]
    error = site.refused()
    found = {name: getattr(error, name) for name in ("permanent", "doubt", "destination", "retry_after", "code")}
    nothing = {"permanent": False, "doubt": False, "destination": False, "retry_after": None, "code": ""}
    assert found == nothing | wanted
    assert str(error).isprintable() and len(str(error)) < 300


def test_no_answer_leaves_doubt_and_no_connection_leaves_none(site: Site) -> None:
    site.api.trouble = [Trouble(seconds=0.8)]
    assert site.refused().doubt
    before = len(site.api.taken)
    site.api.trouble = [Trouble(lost=True)]
    error = site.refused()
    assert (error.doubt, error.permanent, len(site.api.taken)) == (True, False, before + 1)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    nobody = CloudLine(account_at(f"http://127.0.0.1:{port}/v23.0"), seconds=0.5)
    with pytest.raises(ChannelError) as caught:
        nobody.send(ChatOutbound(bot=BOT, account=WATI, text="Halo"))
    assert (caught.value.doubt, caught.value.permanent, caught.value.destination) == (False, False, False)
    nobody.close()


def test_what_fails_before_anything_was_said_is_no_matter_of_doubt_and_what_fails_after_it_is(site: Site) -> None:
    files = tuple(Attachment(f"{n}.pdf", "application/pdf", b"isi") for n in range(2))
    before = len(site.api.taken)
    site.api.trouble = [Trouble(lost=True, path="/media")]
    assert not site.refused(files=files).doubt and len(site.api.taken) == before
    site.api.trouble = [Trouble(path="/messages"), Trouble(500, 131000, path="/messages")]
    assert site.refused(files=files).doubt and len(site.api.taken) == before + 1


def test_a_line_that_is_no_number_is_never_asked_for(site: Site) -> None:
    assert site.refused(bot="../777").permanent


def test_a_file_is_fetched_with_the_token_and_its_checksum_is_held_against_it(site: Site) -> None:
    media_id = site.api.keep(PNG[:1000], "image/png")
    assert site.fetched(id=media_id, sha256=hashlib.sha256(PNG[:1000]).hexdigest()) == PNG[:1000]
    error = site.lost(id=site.api.keep(b"isinya", "text/plain", broken=True))
    assert (error.permanent, error.code) == (False, "checksum")


def test_a_file_that_is_too_large_or_no_longer_there_is_given_up(site: Site) -> None:
    for media_id in (site.api.keep(PNG * 4, "image/png"), "4711", "../4711"):
        assert site.lost(id=media_id).permanent
    site.api.trouble = [Trouble(404, path="/9")]
    assert site.lost(id="9").permanent


def test_an_address_whose_five_minutes_are_over_is_asked_for_again_once(site: Site) -> None:
    moments = iter([MOMENT, MOMENT + timedelta(minutes=5), *[MOMENT] * 3])
    site.api.now = lambda: next(moments)
    assert site.fetched(id=site.api.keep(b"isi", "text/plain")) == b"isi"


def test_a_token_that_is_refused_is_a_fault_of_the_line_and_loses_no_file(site: Site) -> None:
    site.api.trouble = [Trouble(401, 190)]
    error = site.lost(id=site.api.keep(b"isi", "text/plain"))
    assert (error.permanent, error.destination, error.code) == (False, False, "190")


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://scontent.whatsapp.net/v/1", True),
        ("https://graph.facebook.com/v23.0/1", True),
        ("http://lookaside.fbsbx.com/1", False),
        ("https://lookaside.fbsbx.com:8443/1", False),
        ("https://lookaside.fbsbx.com.evil.test/1", False),
        ("https://evilfacebook.com/1", False),
        ("https://lookaside.fbsbx.com@evil.test/1", False),
        ("http://127.0.0.1:1/1", False),
        ("https://169.254.169.254/1", False),
        ("file:///etc/passwd", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_the_platforms_own_addresses_are_asked_and_see_the_token(site: Site, url: str, may: bool) -> None:
    assert site.line._exchange.may_see_token(url) is may


def test_a_file_that_lies_elsewhere_is_not_fetched(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.api, "root", "https://evil.test")
    assert site.lost(id=site.api.keep(b"isi", "text/plain")).code == "host"


def test_the_approved_templates_are_listed_page_by_page_with_the_count_of_their_variables(site: Site) -> None:
    site.api.page_size = 2
    site.api.add_template("tanpa", "id", "Kami masih bekerja.")
    site.api.add_template("kabar", "id", "Tiket {{1}}: {{ 2 }}, lihat {{1}}")
    site.api.add_template("kabar", "en_US", "Ticket {{1}}")
    site.api.add_template("ditolak", "id", "x", status="REJECTED")
    site.api.add_template("bernama", "id", "Halo {{nama}}")
    picture = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "x"}]
    site.api.add_template("gambar", "id", "x", components=picture)
    link = {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x.id/{{1}}"}]}
    site.api.add_template("tautan", "id", "x", components=[{"type": "BODY", "text": "x"}, link])
    found = site.line.templates()
    assert [(t.name, t.language, t.variables) for t in found] == [
        ("kabar", "en_US", 1),
        ("kabar", "id", 2),
        ("tanpa", "id", 0),
    ]
    assert found[1].filled(("{{2}}", "b")) == "Tiket {{2}}: b, lihat {{2}}"
    with pytest.raises(ValueError, match="2 values"):
        found[1].filled(("a",))
