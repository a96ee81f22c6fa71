"""The words of outgoing messages: templates/messages/<kind>/, Indonesian first, English below.

`subject.txt` is one line; `body.id.txt` and `body.en.txt` are the text in each language. What an agent wrote is never
run through a template engine: it is a value in one.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helpdesk.catalog.model import Text
from helpdesk.resources import templates_folder
from helpdesk.store.models import Ticket
from helpdesk.usecases.context import Context

ZONE_NAMES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
LANGUAGES = ("id", "en")


def zone_name(zone: ZoneInfo, moment: datetime) -> str:
    """WIB, WITA or WIT; elsewhere the zone's own abbreviation at that moment."""
    return ZONE_NAMES.get(zone.key) or moment.astimezone(zone).tzname() or zone.key


@cache
def _pattern(language: str) -> str:
    return "EEEE, d MMMM y 'pukul' HH.mm" if language == "id" else "EEEE, d MMMM y 'at' HH:mm"


def local_time(moment: datetime | str | None, zone: ZoneInfo, language: str) -> str:
    """`Senin, 23 November 2026 pukul 08.30 WIB` in the zone; midnight is 24.00 of the day that ends; empty for None."""
    if moment is None:
        return ""
    aware = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local, name = aware.astimezone(zone), zone_name(zone, aware.astimezone(zone))
    minute = local.replace(second=0, microsecond=0, tzinfo=None)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        ending = _written(minute - timedelta(days=1), language)
        return f"{ending[:-5]}24{ending[-3:]} {name}"
    return f"{_written(minute, language)} {name}"


@lru_cache(maxsize=512)
def _written(minute: datetime, language: str) -> str:
    """Of mails that come together most are due in the same minute."""
    return format_datetime(minute, _pattern(language), locale=language)


@cache
def environment() -> Environment:
    """The templates of messages: plain text, strict about missing values."""
    return Environment(
        loader=FileSystemLoader(templates_folder() / "messages"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - plain text; the HTML alternative is made of escaped paragraphs
    )


def _values(context: Context, ticket: Ticket, data: Mapping[str, Any], language: str) -> dict[str, Any]:
    desk = context.desk(ticket.desk)
    item = context.item(ticket.item, ticket.catalog_version)

    def when(moment: datetime | str | None) -> str:
        return local_time(moment, desk.zone, language)

    def say(text: Text) -> str:
        return text.get(language)

    return {"ticket": ticket, "desk": desk, "item": item, "when": when, "say": say, "chat": False, **data}


def render_body(context: Context, ticket: Ticket, kind: str, data: Mapping[str, Any], language: str) -> str:
    """The text of one message in one language."""
    template = environment().get_template(f"{kind}/body.{language}.txt")
    return template.render(_values(context, ticket, data, language)).strip()


def render_chat(context: Context, ticket: Ticket, kind: str, data: Mapping[str, Any], language: str) -> str:
    """The text of one message as a chat says it: `chat.<language>.txt` where there is one, else the mail's words."""
    names = [f"{kind}/chat.{language}.txt", f"{kind}/body.{language}.txt"]
    template = environment().select_template(names)
    return template.render(_values(context, ticket, data, language) | {"chat": True}).strip()


def render_entry(context: Context, ticket: Ticket, kind: str, data: Mapping[str, Any]) -> str:
    """The text of an automatic message in both languages, as the conversation keeps it."""
    return "\n\n---\n\n".join(render_body(context, ticket, kind, data, language) for language in LANGUAGES)


def render_subject(context: Context, ticket: Ticket, kind: str, data: Mapping[str, Any]) -> str:
    """The subject of a message: one line that carries the ticket's number."""
    template = environment().get_template(f"{kind}/subject.txt")
    return " ".join(template.render(_values(context, ticket, data, "id")).split())
