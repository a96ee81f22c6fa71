"""Mail that the site's transfer agent hands over: which desk it is for, and keeping it before anybody is answered."""

import hashlib
from collections.abc import Sequence

from helpdesk.store.db import unit_of_work
from helpdesk.tickets.words import Channel
from helpdesk.usecases.processing import Desk
from helpdesk.usecases.raw import store_raw


def desk_at(desk: Desk, address: str) -> str:
    """The id of the desk with this address (lower case, without `+…`); "" when no desk has it."""
    return desk.context().own_addresses().get(address, "")


def keep(desk: Desk, raw: bytes, heads: Sequence[tuple[str, bytes]]) -> list[int]:
    """Store a mail at each (desk, lines that go before it), all or none; the ids of those that are new.

    The transfer agent that saw no answer hands the same bytes over again: then nothing is new.
    """
    digest, now = hashlib.sha256(raw).hexdigest(), desk.now()
    with unit_of_work() as session:
        ids = [
            store_raw(
                session,
                channel=Channel.EMAIL,
                external_id=f"lmtp:{desk_id}:{digest}",
                desk=desk_id,
                source="lmtp",
                body=head + raw,
                received_at=now,
                now=now,
            )
            for desk_id, head in heads
        ]
    return [raw_id for raw_id in ids if raw_id is not None]
