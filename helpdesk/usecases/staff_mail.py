"""Staff who work by mail: an answer to a notice becomes a public reply or a note, once everything about it is proved.

Four things must hold: it quotes the token of the notice, which binds it to one ticket and one person; From is that
person's address; the desk's own mail server states that DMARC passed; and the person may still do this on the ticket.
Whatever does not hold is set aside for staff, and nothing goes out. No other word in the mail is a command.
"""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound, Machine
from helpdesk.store.models import Entry, Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.errors import DomainError, Forbidden, Invalid, NotFound
from helpdesk.tickets.words import Action
from helpdesk.usecases.context import Context
from helpdesk.usecases.enclosing import for_the_requester, keeps_its_body_as_file
from helpdesk.usecases.handling import perform
from helpdesk.usecases.informing import NOTE_WORDS
from helpdesk.usecases.linking import final_target
from helpdesk.usecases.matching import is_proved, match, nearest_ids
from helpdesk.usecases.not_taken import tell_not_taken
from helpdesk.usecases.people import staff_of
from helpdesk.usecases.raw import Claim
from helpdesk.usecases.staff_tokens import SEVERAL, Token, tokens_in

NOT_YOURS = "an answer to a notice to staff, but not from who got it"
SWITCHED_OFF = "an answer of staff by mail, which this desk does not take"
NOT_PROVED = "an answer of staff by mail whose sender is not proved"
NO_LONGER = "an answer of staff by mail, from somebody who no longer has access"
SENT_TWICE = "an answer of staff by mail, the second one under its Message-ID"
WORDLESS = "an answer of staff by mail without words of its own"
REFUSED = "an answer of staff by mail that the ticket does not take"
OF_SEVERAL = "an answer of staff by mail to a notice about several tickets"
TOO_MUCH = "an answer of staff by mail with too many or too large files"
ROBOT = "an automatic answer to a notice to staff"

_CUT = re.compile(r"^[>|\s]*##-.*", re.MULTILINE | re.DOTALL)
_ONLY_QUOTED = re.compile(r"\s*(?:\S[^\n]*\n){0,2}\S[^\n]{0,300}:\s*")
"""No more than the line that a mail program puts above a quotation."""
_WORD = rf"[#\uff03][^\w\n]{{0,9}}(?:{'|'.join(NOTE_WORDS)})[^\W_]*(?:_|[^\w\n])*"
_NOTE = re.compile(rf"[\W_]{{0,40}}{_WORD}", re.IGNORECASE)
_NOTE_LINE = re.compile(rf"^(?:_|[^\w\n]){{0,40}}{_WORD}$", re.IGNORECASE | re.MULTILINE)
"""The mark of a note, whatever a mail program puts around it (bold, bullets, invisible characters): rather a note that
should have gone out than words about the requester that he gets.
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a mail by staff: the state of the raw message, why, and the ticket that it went to."""

    state: str
    reason: str = ""
    ticket: Ticket | None = None


def own_words(mail: Inbound) -> tuple[str, bool]:
    """What the person wrote, without the notice below it; True where the mark at its beginning, or alone on a line
    below a greeting, makes it an internal note.
    """
    words, cut = _CUT.subn("", mail.reply_text)
    words = "" if cut and _ONLY_QUOTED.fullmatch(words) else words.strip()
    marked = _NOTE.match(words) or _NOTE_LINE.search(words)
    return ((words[: marked.start()] + words[marked.end() :]).strip(), True) if marked else (words, False)


def _is_to_note_address(context: Context, mail: Inbound) -> bool:
    own = context.own_addresses()
    for address in mail.delivered_to:
        local, _at, domain = address.rpartition("@")
        desk, _plus, word = local.partition("+")
        if word in NOTE_WORDS and f"{desk}@{domain}" in own:
            return True
    return False


def _addressee(session: Session, tokens: list[Token], address: str) -> tuple[StaffUser, Token] | None:
    """The person who got the notice and now answers from the address that it went to."""
    for token in tokens:
        user = session.get(StaffUser, token.user_id) if token.genuine and address else None
        if user is not None and user.email.lower() == address:
            return user, token
    return None


def _doubt(context: Context, raw: Claim, mail: Inbound, user: StaffUser, *, again: bool) -> str:
    """Why this mail must not act as that person; empty where nothing speaks against it."""
    account = context.settings.mail.get(raw.desk or "")
    if account is None or not account.staff_mail:
        return SWITCHED_OFF
    if not mail.authenticated_sender or mail.dmarc != "pass":
        return NOT_PROVED
    if not user.active:
        return NO_LONGER
    return SENT_TWICE if again else ""


def work_by_mail(session: Session, context: Context, raw: Claim, mail: Inbound, *, again: bool) -> Done | None:
    """Do what a staff member says in an answer to a notice; None for a mail that answers none.

    `again`: its Message-ID is known from another mail, or without one its content from another desk. The
    caller commits.
    """
    tokens = tokens_in(context.settings.secret_key, nearest_ids(mail))
    if not tokens:
        return None
    found = _addressee(session, tokens, mail.sender.email)
    if found is None:
        account = context.settings.mail.get(raw.desk or "")
        joins = match(session, mail, raw.desk, account.authserv_id if account else "").joins
        return None if joins is not None else Done("quarantined", NOT_YOURS)
    if mail.machine is not Machine.NO:
        return Done("suppressed", ROBOT)
    user, token = found
    if token.ticket_id == SEVERAL:
        return _of_several(session, context, raw, mail, user, token, again=again)
    doubt = _doubt(context, raw, mail, user, again=again)
    return Done("quarantined", doubt) if doubt else _act(session, context, raw, mail, user, token)


def _of_several(
    session: Session, context: Context, raw: Claim, mail: Inbound, user: StaffUser, token: Token, *, again: bool
) -> Done:
    """Nobody can know which ticket it is meant for: it is kept for staff, and the person learns that, once a notice."""
    if not is_proved(mail):
        return Done("quarantined", NOT_PROVED)
    if not user.active:
        return Done("quarantined", NO_LONGER)
    if not again and raw.desk:
        tell_not_taken(session, context, raw.desk, user, token.quoted, raw.message_id)
    return Done("quarantined", SENT_TWICE if again else OF_SEVERAL)


def _act(session: Session, context: Context, raw: Claim, mail: Inbound, user: StaffUser, token: Token) -> Done:
    first = session.get(Ticket, token.ticket_id)
    if first is None:
        return Done("quarantined", REFUSED)
    ticket = final_target(session, first)
    session.refresh(ticket, with_for_update={"of": Ticket})
    text, noted = own_words(mail)
    if not text:
        return Done("quarantined", WORDLESS)
    action = Action.NOTE if noted or _is_to_note_address(context, mail) else Action.REPLY
    files = mail.attachments if action is Action.NOTE else for_the_requester(mail.attachments)
    if action is Action.REPLY and keeps_its_body_as_file(files):
        return Done("quarantined", TOO_MUCH)
    try:
        perform(session, context, staff_of(user), ticket, action, {"text": text, "files": files})
    except Invalid as refusal:
        return Done("quarantined", TOO_MUCH if "files" in refusal.fields else REFUSED)
    except DomainError as refusal:
        return Done("quarantined", NO_LONGER if isinstance(refusal, NotFound | Forbidden) else REFUSED)
    _keep_origin(session, raw, ticket, user)
    return Done("ticketed", "", ticket)


def _keep_origin(session: Session, raw: Claim, ticket: Ticket, user: StaffUser) -> None:
    """The entry just made knows the mail that it came from."""
    newest = select(Entry).where(Entry.ticket_id == ticket.id, Entry.author_id == user.id).order_by(Entry.id.desc())
    session.scalars(newest.limit(1)).one().raw_id = raw.id
