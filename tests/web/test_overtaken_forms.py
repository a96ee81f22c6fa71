"""A form of a ticket that comes too late: who did what meanwhile, and nothing typed is lost."""

from helpdesk.tickets.words import Status
from tests.web.conftest import World
from tests.web.rows import row_of
from tests.web.ticket_pages import notice, send


def test_a_form_that_comes_too_late_keeps_what_was_typed(world: World) -> None:
    number = world.ticket(Status.CANCELLED)
    answer = send(world, number, "reply", text="Jawaban <yang> panjang")
    assert answer.status_code == 409
    assert "Jawaban &lt;yang&gt; panjang</textarea>" in notice(answer.text)
    assert "readonly" in notice(answer.text)
    assert [e for e in row_of(world, number).entries if e.kind == "public-reply"] == []


def test_what_another_did_meanwhile_is_said_over_the_page_and_nothing_typed_is_lost(world: World) -> None:
    number = world.ticket(Status.IN_PROGRESS)
    world.api("sari").ok(number, "fulfil", {"note": "Sudah", "label": "reset"})
    answer = send(world, number, "fulfil", note="Catatan saya", label="akun")
    assert answer.status_code == 409
    told = notice(answer.text)
    assert "Penuhi pada tiket berstatus Dipenuhi" in told
    assert "Sementara itu: sari memenuhi: reset (08.00)." in told
    assert ">Catatan saya</textarea>" in told
    assert ">akun</textarea>" in told
    assert row_of(world, number).label == "reset"


def test_a_press_that_comes_too_late_is_answered_too(world: World) -> None:
    number = world.ticket(Status.CANCELLED)
    answer = send(world, number, "take", "sari")
    assert answer.status_code == 409
    assert "Ambil pada tiket berstatus Dibatalkan" in notice(answer.text)
    assert "rina membatalkan" in notice(answer.text)
    assert "<textarea" not in notice(answer.text)


def test_a_refusal_that_its_form_shows_is_not_said_twice(world: World) -> None:
    answer = send(world, world.ticket(Status.IN_PROGRESS), "fulfil", note="Sudah", label=" ")
    assert answer.status_code == 422
    assert notice(answer.text) == ""
