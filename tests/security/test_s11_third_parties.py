"""S11: no automatic message carries a requester's words to addresses that the requester chose; no cap locks one out."""

from io import BytesIO

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Ticket
from helpdesk.usecases.portal_codes import ask_code
from tests.security.conftest import Yard
from tests.web.visitor import CATALOG, WATI, link, press, send, values_for

INSTALL = "itsm.9/software-install"
SPAM = "MENANG HADIAH https://penipu.example"
BOSS = "korban@kantor.example"


def test_the_notice_of_a_moved_deadline_tells_people_in_copy_no_free_text(yard: Yard) -> None:
    office = yard.office
    given = {"devices": 6, "software": "Word"}
    number = office.opened(item=INSTALL, email=WATI, attributes=given, copies=((BOSS, "", "superior"),))
    answers = {"attr-devices": "16", "attr-software": SPAM}
    assert press(yard.world.browser(), link(yard.world, number), "change", **answers).status_code == 303
    assert "6 before, now 16" in yard.told(BOSS)
    assert "penipu" not in yard.told()
    changed = office.see(number, lambda _s, ticket: ticket.events[-1].data["changed"])
    assert [change["after"] for change in changed] == [16, SPAM], "staff see it in the history"


def test_no_byte_of_a_form_is_in_the_automatic_reply_to_the_address_that_it_names(yard: Yard) -> None:
    typed = values_for(CATALOG.items[INSTALL]) | {
        "email": BOSS,
        "phone": "0812 7777",
        "superior": "kenari@lain.example",
    }
    typed |= dict.fromkeys(("name", "subject", "text"), "KENARI https://penipu.example")
    typed |= {"attr-devices": "7777", "attr-software": SPAM, "files": (BytesIO(b"KENARI"), "KENARI.pdf")}
    assert send(yard.world.browser(), INSTALL, typed).status_code == 303
    [(to, mail, _raw)] = yard.mails()
    number = yard.post.rows(Ticket)[0].number
    assert to == BOSS
    assert mail["Subject"] == f"[{number}] Permintaan Anda sudah kami terima / We have received your request"
    for trace in ("kenari", "penipu", "7777", "hadiah"):
        assert trace not in yard.told().lower()


def test_a_flood_of_forms_under_an_address_holds_back_none_of_its_codes(yard: Yard) -> None:
    context = yard.office.context()
    for _ in range(context.settings.automatic_per_hour + 1):
        yard.office.opened(email=BOSS)
    with unit_of_work() as session:
        ask_code(session, context, BOSS)
        states = [(m.kind, m.state) for m in session.query(OutboxMessage).order_by(OutboxMessage.id)]
    assert states[-2:] == [("acknowledgement", "held"), ("code", "pending")]
