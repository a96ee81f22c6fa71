"""What waited for a mail server: once there is one, agents' answers go out, and automatic mail in measure."""

from dataclasses import replace

from helpdesk.store.mail_models import OutboxMessage
from helpdesk.worker.sending import Senders, send_due
from tests.channels.scripted_smtp import Scripted
from tests.usecases import outgoing
from tests.usecases.outgoing import ONE_DATABASE
from tests.usecases.post import Post, letter

post, server, senders = outgoing.post, outgoing.server, outgoing.senders


def states(post: Post, kind: str) -> list[str]:
    return [m.state for m in post.rows(OutboxMessage, OutboxMessage.kind == kind)]


@ONE_DATABASE
def test_the_cap_holds_for_what_waited_for_a_server_and_what_is_old_is_never_sent(
    post: Post, senders: Senders, server: Scripted
) -> None:
    configured = replace(post.office.settings, automatic_per_hour=3)
    post.office.settings = replace(configured, mail={})
    old = str(post.arrives(letter(Message_ID="<lama@k>")).ticket)
    post.office.does("agen", "reply", old, text="Jawaban")
    post.office.now.move(hours=30)
    for n in range(5):
        post.arrives(letter(Message_ID=f"<{n}@k>"))
    post.arrives(letter(From="lain@kantor.example", Message_ID="<lain@k>"))
    assert set(states(post, "acknowledgement")) == {"unsendable"}
    post.office.settings = configured
    send_due(post.desk, senders)
    assert states(post, "acknowledgement") == ["discarded"] + ["sent"] * 3 + ["held"] * 2 + ["sent"]
    assert states(post, "reply") == ["sent"]
    assert len(server.mails) == 5
