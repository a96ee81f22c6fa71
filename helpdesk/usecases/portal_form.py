"""Checking the portal's form: every field at once, each fault with the field that it belongs to, nothing stored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from helpdesk.catalog.model import Attribute, Desk, Item
from helpdesk.channels.email.addresses import addr_spec
from helpdesk.channels.filenames import made_name, safe_name
from helpdesk.channels.portal.submission import SentFile, Submission
from helpdesk.channels.text import one_line, storable
from helpdesk.sla.promises import lead_time_kept
from helpdesk.tickets.errors import DomainError, Invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.usecases.answers import EVENT_WITHOUT_TIME, asked_attributes, checked_attributes
from helpdesk.usecases.context import Context
from helpdesk.usecases.redaction import without_private_links
from helpdesk.usecases.standards import calendar_for

FILES = 20
FILE_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it. `document` is the catalogue's id, empty for other attachments."""

    name: str
    media_type: str
    sha256: str
    size: int
    document: str = ""


@dataclass(slots=True)
class Check:
    """A form under way: what was typed, what is wrong with it by field. The first fault of a field is kept."""

    values: Mapping[str, str]
    errors: dict[str, DomainError] = field(default_factory=dict)

    def wrong(self, name: str, msgid: str, **params: object) -> None:
        """Note a fault of a field."""
        self.errors.setdefault(name, Invalid(msgid, None, **params))

    def line(self, name: str, limit: int) -> str:
        """A single-line field, cleaned."""
        value = one_line(self.values.get(name, ""))
        if len(value) > limit:
            self.wrong(name, _("At most %(limit)s characters."), limit=limit)
        return value[:limit]

    def required_line(self, name: str, limit: int, msgid: str) -> str:
        """A single-line field that must not be empty."""
        value = self.line(name, limit)
        if not value:
            self.wrong(name, msgid)
        return value

    def paragraphs(self, name: str, limit: int, msgid: str) -> str:
        """A text of several lines that must not be empty."""
        value = storable(self.values.get(name, "")).replace("\r\n", "\n").replace("\r", "\n").strip()
        if not value:
            self.wrong(name, msgid)
        if len(value) > limit:
            self.wrong(name, _("At most %(limit)s characters."), limit=limit)
        return value[:limit]


def _address(check: Check, context: Context, name: str, missing: str) -> str:
    typed = check.required_line(name, 320, missing)
    address = addr_spec(typed)
    if typed and (not address or "." not in address.rpartition("@")[2]):
        check.wrong(name, _("This is not an e-mail address; it looks like name@office.go.id."))
    elif address in context.own_addresses():
        check.wrong(name, _("This is an address of the service desk itself."))
    return address


def _superior(check: Check, context: Context, item: Item | None, requester: str) -> str:
    if item is None or not item.superior_cc:
        return ""
    address = _address(check, context, "superior", _("The standard asks for a copy to your superior."))
    if address and address == requester:
        check.wrong("superior", _("This is your own address; give that of your superior."))
    return address


def checked_answers(check: Check, item: Item | None, language: str) -> dict[str, Any]:
    """The answers to the item's questions, in their stored form; empty ones are left out."""
    found: dict[str, Any] = {}
    for attribute in asked_attributes(item):
        name = f"attr-{attribute.id}"
        typed = without_private_links(storable(check.values.get(name, "")).strip())
        if not typed:
            if attribute.required:
                check.wrong(name, _("Please fill in: %(field)s."), field=attribute.name.get(language))
            continue
        try:
            found |= checked_attributes(item, {attribute.id: typed})
        except Invalid:
            _explain(check, name, attribute, attribute.name.get(language))
    return found


def _explain(check: Check, name: str, attribute: Attribute, shown: str) -> None:
    """Say it in the words of the form, without the attribute's internal name."""
    if attribute.kind == "integer":
        least = attribute.minimum or 1
        check.wrong(name, _("%(field)s: a whole number of at least %(minimum)s."), field=shown, minimum=least)
    elif attribute.kind == "choice":
        check.wrong(name, _("%(field)s: choose one of the values."), field=shown)
    else:
        check.wrong(name, _("%(field)s: at most %(limit)s characters."), field=shown, limit=2000)


def _event(check: Check, context: Context, desk: Desk, item: Item | None) -> datetime | None:
    if item is None or not item.event_date:
        return None
    typed, clock = check.values.get("event_date", "").strip(), check.values.get("event_time", "").strip()
    if not typed:
        if not item.event_optional:
            check.wrong("event_date", _("Give the date of the activity."))
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        check.wrong("event_date", _("This is not a date."))
        return None
    today = context.now.astimezone(desk.zone).date()
    if not today <= day or day.year > today.year + 5:
        check.wrong("event_date", _("The date of the activity lies in the future, at most five years ahead."))
        return None
    return datetime.combine(day, _time(check, clock), desk.zone)


def _time(check: Check, typed: str) -> time:
    if not typed:
        return EVENT_WITHOUT_TIME
    try:
        return time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError:
        check.wrong("event_time", _("This is not a time of day."))
        return EVENT_WITHOUT_TIME


def _short_notice(
    check: Check, context: Context, desk: Desk, item: Item | None, event_at: datetime | None, attributes: dict[str, Any]
) -> bool:
    """True when the lead time of the standard is not kept and the requester was told so and sends it all the same."""
    if item is None or event_at is None:
        return False
    calendar = calendar_for(context.catalog, desk.id, item)
    known = {name: str(value) for name, value in attributes.items()}
    if lead_time_kept(item.target, known, context.now, event_at, calendar) is not False:
        return False
    if check.values.get("short_notice") != "1":
        check.wrong(
            "short_notice", _("The date is nearer than the standard asks for. Confirm to send it all the same.")
        )
    return True


def checked_files(check: Check, known: Collection[str], uploads: list[Upload]) -> tuple[SentFile, ...]:
    """The files under safe names; `known`: the documents that may come. Faults: too many, empty, too large together."""
    if len(uploads) > FILES:
        check.wrong("files", _("At most %(count)s files."), count=FILES)
    for upload in uploads:
        if not upload.size:
            empty = safe_name(upload.name) or made_name(upload.media_type, 1)
            check.wrong("files", _("The file %(file)s is empty; please choose it again."), file=empty)
    if sum(upload.size for upload in uploads) > FILE_BYTES:
        check.wrong("files", _("The files are too large: at most %(size)s MB together."), size=FILE_BYTES // 1_000_000)
    return tuple(
        SentFile(
            name=safe_name(upload.name) or made_name(upload.media_type, number),
            media_type=one_line(upload.media_type)[:100] or "application/octet-stream",
            sha256=upload.sha256,
            size=upload.size,
            document=upload.document if upload.document in known else "",
        )
        for number, upload in enumerate(uploads[: FILES + 1], 1)
    )


def check_form(
    context: Context, desk: Desk, item: Item | None, values: Mapping[str, str], uploads: list[Upload], language: str
) -> tuple[Submission | None, dict[str, DomainError]]:
    """The form as a submission, or None and what is wrong by field. `item` None: the requester does not know it."""
    check = Check(values)
    subject = check.required_line("subject", 200, _("Say in a few words what you need."))
    text = check.paragraphs("text", 20_000, _("Describe what you need."))
    attributes = checked_answers(check, item, language)
    event_at = _event(check, context, desk, item)
    email = _address(check, context, "email", _("Please enter your e-mail address."))
    submission = Submission(
        desk=desk.id,
        item=item.id if item else None,
        language=language,
        subject=subject,
        text=text,
        attributes=attributes,
        event_at=event_at,
        short_notice=_short_notice(check, context, desk, item, event_at, attributes),
        name=check.required_line("name", 200, _("Tell us your name.")),
        email=email,
        phone=check.line("phone", 40),
        superior=_superior(check, context, item, email),
        files=checked_files(check, {d.id for d in item.documents} if item else (), uploads),
    )
    return (None if check.errors else submission), check.errors
