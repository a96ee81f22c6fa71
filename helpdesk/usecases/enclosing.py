"""The files of what staff write: they go out with an answer to the requester, and stay inside with a note."""

from collections.abc import Iterable

from helpdesk.channels.base import Attachment
from helpdesk.store.blobs import BlobStore
from helpdesk.store.models import Entry
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.opening import attach
from helpdesk.usecases.portal_form import FILE_BYTES, FILES
from helpdesk.usecases.staff_tokens import quotes_token

SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
"""Parts of a mail that say something about that mail alone, not about ours."""
WHOLE_BODIES = frozenset({"message.txt", "message.html"})
"""What a body of more than two million characters is kept as, the notice that it quotes included."""


def for_the_requester(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Those files of a staff member's mail that go out with the answer: all but copies of our own notice, by which a
    colleague answers, and signatures of the mail itself.
    """
    return tuple(f for f in files if f.media_type not in SIGNATURES and not quotes_token(f.content))


def keeps_its_body_as_file(files: Iterable[Attachment]) -> bool:
    """True where a file may be the whole of a mail's body, with everything that it quotes."""
    return any(f.name in WHOLE_BODIES and f.media_type.startswith("text/") for f in files)


def enclosed(deed: Deed) -> tuple[Attachment, ...]:
    """The files of this deed, as many and as large as the forms of the portal take. Raises Invalid beyond that."""
    files: tuple[Attachment, ...] = tuple(deed.fields.get("files") or ())
    if len(files) > FILES:
        raise invalid("files", _("At most %(count)s files."), count=FILES)
    if sum(len(file.content) for file in files) > FILE_BYTES:
        size = FILE_BYTES // 1_000_000
        raise invalid("files", _("The files are too large: at most %(size)s MB together."), size=size)
    return files


def enclose(deed: Deed, entry: Entry, files: tuple[Attachment, ...]) -> None:
    """Keep the files with a new entry."""
    if files:
        deed.session.flush()
        attach(deed.session, BlobStore(deed.context.settings.data), entry.id, files)
