"""The words that the staff screens repeat on every row, translated once a language instead of once a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache

from babel.dates import get_day_names, get_month_names
from flask_babel import force_locale, gettext

from helpdesk.sla.norms import StartKind
from helpdesk.tickets.events import ALARMED, LATE_REQUEST, MOVED, RELEASED, REMINDER, SLIP, WARNED
from helpdesk.tickets.words import Action, CancelReason, Channel, EntryKind, HoldReason, Status, TicketType, Verdict
from helpdesk.usecases.clocks import APOLOGY

MINUTES_A_DAY = 8 * 60
"""Working minutes that the screens count as one day: the delivered calendar's ordinary day."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Every repeated word of one language. `left`, `over` and the like hold one `%s` for the amount of time."""

    language: str
    status: Mapping[str, str]
    channel: Mapping[str, str]
    type: Mapping[str, str]
    hold: Mapping[str, str]
    kind: Mapping[str, str]
    action: Mapping[str, str]
    did: Mapping[str, str]
    cancel: Mapping[str, str]
    verdict: Mapping[str, str]
    left: str
    over: str
    met: str
    missed: str
    held: str
    file_came: str
    response: str
    handling: str
    handle_by: str
    resolution: str
    by: str
    answered: str
    finished: str
    due: str
    no_item: str
    no_norm: str
    not_yet: str
    awaits: Mapping[str, str]
    not_counted: str
    urgent: str
    new_message: str
    back: str
    units: tuple[str, str, str]
    time_dot: str
    months: tuple[str, ...]
    days: tuple[str, ...]

    def amount(self, minutes: int) -> str:
        """Working minutes as people say them: `< 1 m`, `35 m`, `1 j 20 m`, `2 hr 3 j` (a day has 8 working hours)."""
        day, hour, minute = self.units
        if minutes < 1:
            return f"< 1 {minute}"
        if minutes < 60:
            return f"{minutes} {minute}"
        if minutes < MINUTES_A_DAY:
            return _two(minutes // 60, hour, minutes % 60, minute)
        return _two(minutes // MINUTES_A_DAY, day, minutes % MINUTES_A_DAY // 60, hour)

    def clock_time(self, local: datetime) -> str:
        """`08.30` (Indonesian) or `08:30`."""
        return f"{local.hour:02d}{self.time_dot}{local.minute:02d}"

    def brief(self, moment: datetime, now: datetime, zone: tzinfo) -> str:
        """The shortest unambiguous local time: `08.30` today, `23 Nov 08.30` this year, `8 Feb 2027 08.30` else."""
        local, today = moment.astimezone(zone), now.astimezone(zone)
        if local.date() == today.date():
            return self.clock_time(local)
        return self.dated(moment, now, zone)

    def dated(self, moment: datetime, now: datetime, zone: tzinfo) -> str:
        """The local time with its date, today's too: `23 Nov 08.30` this year, `8 Feb 2027 08.30` else."""
        local = moment.astimezone(zone)
        day = f"{local.day} {self.months[local.month]}"
        return f"{day if local.year == now.astimezone(zone).year else f'{day} {local.year}'} {self.clock_time(local)}"

    def brief_with_zone(self, moment: datetime, now: datetime, zone: tzinfo) -> str:
        """The short local time with the name of its zone: `12.00 WIB`."""
        return f"{self.brief(moment, now, zone)} {moment.astimezone(zone).tzname()}"

    def full(self, moment: datetime, zone: tzinfo) -> str:
        """The whole local time with its zone: `Sen 23 Nov 2026 08.30 WIB`."""
        local = moment.astimezone(zone)
        day = f"{self.days[local.weekday()]} {local.day} {self.months[local.month]} {local.year}"
        return f"{day} {self.clock_time(local)} {local.tzname()}"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


def status_names() -> dict[str, str]:
    """The names of the statuses in the current language."""
    return {
        Status.NEW: gettext("New"),
        Status.IN_PROGRESS: gettext("In progress"),
        Status.ON_HOLD: gettext("On hold"),
        Status.FULFILLED: gettext("Fulfilled"),
        Status.RESOLVED: gettext("Resolved"),
        Status.CLOSED: gettext("Closed"),
        Status.CANCELLED: gettext("Cancelled"),
    }


def channel_names() -> dict[str, str]:
    """The names of the channels in the current language."""
    return {
        Channel.EMAIL: gettext("e-mail"),
        Channel.WHATSAPP: "WhatsApp",
        Channel.TELEGRAM: "Telegram",
        Channel.WEB_CHAT: gettext("web chat"),
        Channel.PORTAL: gettext("portal"),
        Channel.PHONE: gettext("telephone"),
        Channel.WALK_IN: gettext("counter"),
        Channel.NOTA_DINAS: gettext("nota dinas"),
        Channel.API: "API",
    }


def type_names() -> dict[str, str]:
    """The names of the ticket types in the current language."""
    return {
        TicketType.SERVICE_REQUEST: gettext("Service request"),
        TicketType.INCIDENT: gettext("Incident"),
        TicketType.CHANGE: gettext("Change"),
        TicketType.COMPLAINT: gettext("Complaint"),
    }


def _hold_names() -> dict[str, str]:
    return {
        HoldReason.DOCUMENTS: gettext("documents"),
        HoldReason.REQUESTER: gettext("requester"),
        HoldReason.VENDOR: gettext("vendor"),
        HoldReason.INTERNAL: gettext("internal"),
    }


def _kind_names() -> dict[str, str]:
    return {
        EntryKind.REQUESTER_MESSAGE: gettext("message"),
        EntryKind.PUBLIC_REPLY: gettext("reply"),
        EntryKind.WORK_NOTE: gettext("internal note"),
        EntryKind.AUTOMATIC_REPLY: gettext("automatic reply"),
    }


def _action_names() -> dict[str, str]:
    return {
        Action.TAKE: gettext("Take"),
        Action.CLASSIFY: gettext("Classify"),
        Action.ASSIGN: gettext("Assign"),
        Action.SET: gettext("Details"),
        Action.ESCALATE: gettext("Escalate"),
        Action.HAND_BACK: gettext("Hand back"),
        Action.REPLY: gettext("Reply"),
        Action.NOTE: gettext("Internal note"),
        Action.HOLD: gettext("Hold"),
        Action.RESUME: gettext("Resume"),
        Action.EXTEND: gettext("Extend the deadline"),
        Action.FULFIL: gettext("Fulfil"),
        Action.CONFIRM_FULFILMENT: gettext("Confirm fulfilment"),
        Action.SEND_BACK: gettext("Send back"),
        Action.CONFIRM: gettext("Close for the requester"),
        Action.REOPEN: gettext("Reopen"),
        Action.CANCEL: gettext("Cancel ticket"),
        Action.MERGE: gettext("Merge"),
        Action.SPLIT: gettext("Split"),
        Action.LINK: gettext("Link"),
    }


def _deeds() -> dict[str, str]:
    return {
        Action.OPEN: gettext("opened the ticket"),
        Action.TAKE: gettext("took the ticket"),
        Action.CLASSIFY: gettext("classified"),
        Action.ASSIGN: gettext("assigned"),
        Action.SET: gettext("changed details"),
        Action.ESCALATE: gettext("escalated"),
        Action.HAND_BACK: gettext("handed back"),
        Action.REPLY: gettext("replied"),
        Action.NOTE: gettext("wrote a note"),
        Action.HOLD: gettext("put on hold"),
        Action.RESUME: gettext("resumed"),
        Action.EXTEND: gettext("extended the deadline"),
        Action.FULFIL: gettext("fulfilled"),
        Action.CONFIRM_FULFILMENT: gettext("confirmed the fulfilment"),
        Action.SEND_BACK: gettext("sent back"),
        Action.CONFIRM: gettext("confirmed and closed"),
        Action.CLOSE: gettext("closed: the window ended"),
        RELEASED: gettext("took the ticket from somebody who no longer works here"),
        Action.REOPEN: gettext("reopened"),
        Action.CANCEL: gettext("cancelled"),
        Action.MERGE: gettext("merged"),
        Action.SPLIT: gettext("split"),
        Action.LINK: gettext("linked"),
        APOLOGY: gettext("apologised for the delay"),
        WARNED: gettext("warned that the deadline is near"),
        ALARMED: gettext("told the supervisors that the deadline has passed"),
        LATE_REQUEST: gettext("told the requester that the lead time was not kept"),
        REMINDER: gettext("reminded of the missing documents"),
        MOVED: gettext("moved the deadline"),
        SLIP: gettext("handed out a slip"),
    }


def _cancel_names() -> dict[str, str]:
    return {
        CancelReason.WITHDRAWN: gettext("withdrawn by the requester"),
        CancelReason.LAPSED: gettext("lapsed"),
        CancelReason.DUPLICATE: gettext("duplicate"),
        CancelReason.SPAM: gettext("spam"),
        CancelReason.NOT_OURS: gettext("not ours"),
        CancelReason.MERGED: gettext("merged"),
    }


def _verdict_names() -> dict[str, str]:
    return {
        Verdict.MET: gettext("met"),
        Verdict.MET_AFTER_EXTENSION: gettext("met after extension"),
        Verdict.BREACHED: gettext("breached"),
        Verdict.BREACHED_AFTER_EXTENSION: gettext("breached after extension"),
        Verdict.LAPSED: gettext("lapsed"),
        Verdict.EXCLUDED: gettext("not counted"),
    }


def _awaited_names() -> dict[str, str]:
    return {
        StartKind.DOCUMENTS: gettext("waits for documents"),
        StartKind.DISPOSITION: gettext("waits for a disposition"),
        StartKind.EVENT: gettext("waits to begin"),
    }


def _build(language: str) -> Phrases:
    months, days = get_month_names("abbreviated", locale=language), get_day_names("abbreviated", locale=language)
    return Phrases(
        language=language,
        status=status_names(),
        channel=channel_names(),
        type=type_names(),
        hold=_hold_names(),
        kind=_kind_names(),
        action=_action_names(),
        did=_deeds(),
        cancel=_cancel_names(),
        verdict=_verdict_names(),
        left=gettext("%s left"),
        over=gettext("%s over"),
        met=gettext("met"),
        missed=gettext("late"),
        held=gettext("held: %s"),
        file_came=gettext("has a document come?"),
        response=gettext("response"),
        handling=gettext("first handling"),
        handle_by=gettext("handle by %(when)s", when="%s"),
        resolution=gettext("resolution"),
        by=gettext("until %s"),
        answered=gettext("answered %s"),
        finished=gettext("finished %s"),
        due=gettext("due %s"),
        no_item=gettext("not classified yet"),
        no_norm=gettext("no due time"),
        not_yet=gettext("due once classified"),
        awaits=_awaited_names(),
        not_counted=gettext("not counted"),
        urgent=gettext("Urgent"),
        new_message=gettext("New message"),
        back=gettext("List"),
        units=(gettext("d"), gettext("h"), gettext("m")),
        time_dot="." if language == "id" else ":",
        months=("", *(months[n] for n in range(1, 13))),
        days=tuple(days[n] for n in range(7)),
    )


@cache
def phrases(language: str) -> Phrases:
    """The phrases of `language` ("id" or "en"), built once a process. Needs an application context the first time."""
    with force_locale(language):
        return _build(language)
