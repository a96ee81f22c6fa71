"""S06: header fields from outside set no attribute of a ticket and steer no mail."""

from tests.security.conftest import Yard
from tests.usecases.post import letter

VENDORS = ("X-Zammad", "X-RT", "RT", "X-OTRS", "X-GLPI", "X-Helpdesk", "X-Ticket", "X-FreeScout")
FIELDS = ("Ticket-Priority", "Ticket-Status", "Ticket-Owner", "Ticket-Group", "Send-Cc", "Squelch-Replies-To", "Ignore")
ATTRIBUTES = (
    "status", "desk", "group", "tier", "assignee_id", "item", "type", "priority", "urgent", "label", "attributes",
    "received_at", "channel", "subject",
)  # fmt: skip


def test_fifty_control_headers_change_nothing(yard: Yard) -> None:
    headers = {f"{vendor}-{name}": "1" for vendor in VENDORS for name in FIELDS}
    headers |= {"X_Priority": "1", "Importance": "high", "X_Original_Sender": "bos@kantor.example"}
    plain = yard.arrives(letter(From="a@k.example"))
    loaded = yard.arrives(letter(From="b@k.example", Message_ID="<2@k>", **headers))
    for name in ATTRIBUTES:
        assert yard.office.value(plain, name) == yard.office.value(loaded, name), name
    assert yard.office.requester(loaded).address == "b@k.example"
    assert [to for to, _mail, _raw in yard.mails()] == ["a@k.example", "b@k.example"]


def test_an_answer_to_a_command_mail_carries_no_data_of_another_ticket(yard: Yard) -> None:
    number = yard.arrives(letter("RAHASIA-SARI"))
    yard.arrives(
        letter(f"show {number}", From="eva@lain.example", Subject=f"show {number} history", Message_ID="<e@k>")
    )
    assert "RAHASIA-SARI" not in yard.told("eva@lain.example")
