"""What somebody has said of a request, in a few words of its history: details, documents, stages."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from helpdesk.tickets.events import moment
from helpdesk.web.board.clocks import Present


def described(data: Mapping[str, Any], at: Present) -> str:
    """Which attributes changed, and from when to when the deadline moved by it."""
    language = at.words.language
    said = [
        _("%(name)s: %(before)s → %(after)s", name=c["name"][language], before=c["from"][language] or "–",
          after=c["to"][language])
        for c in data.get("changed", ())
    ]  # fmt: skip
    if "from_due_at" in data:
        said.append(_moved(data, at))
    return "; ".join(said)


def _moved(data: Mapping[str, Any], at: Present) -> str:
    """From when to when somebody moved the deadline; each with its date, since two times of a day look like one."""

    def when(name: str) -> str:
        due = moment(data.get(name))
        return f"{at.words.dated(due, at.now, at.zone)} {due.astimezone(at.zone).tzname()}" if due else at.words.no_norm

    return str(_("due %(before)s → %(after)s", before=when("from_due_at"), after=when("due_at")))


def documents(data: Mapping[str, Any], language: str) -> str:
    """Which documents were ticked off, which were not there after all, and whether the clock started with them."""
    if "documents" not in data:
        return ""

    def named(*, there: bool) -> str:
        said = (s for s in data["documents"].values() if s["there"] is there)
        return ", ".join(s["name"].get(language) or s["name"]["id"] for s in said)

    parts = [named(there=True)] if named(there=True) else []
    parts += [_("taken back: %(names)s", names=named(there=False))] if named(there=False) else []
    return "; ".join(parts + ([_("the documents are complete")] if data.get("starts_at") else []))


def visit(data: Mapping[str, Any], at: Present) -> str:
    """The time that was booked, changed or cancelled."""
    if "visit" not in data:
        return ""
    now, before = (moment((data.get(name) or {}).get("starts_at")) for name in ("visit", "visit_before"))
    old, new = (at.words.dated(m, at.now, at.zone) if m else "" for m in (before, now))
    if old and new:
        return str(_("visit %(before)s → %(after)s", before=old, after=new))
    return str(_("visit on %(when)s", when=new) if new else _("visit on %(when)s cancelled", when=old))


def stages(data: Mapping[str, Any], at: Present) -> str:
    """Which stages ended and when, and which had not after all."""
    found = []
    for stage in data.get("stages", {}).values():
        name, ended = stage["name"].get(at.words.language) or stage["name"]["id"], moment(stage["ended_at"])
        when = at.words.brief(ended, at.now, at.zone) if ended else ""
        found.append(f"{name} ({when})" if when else _("taken back: %(names)s", names=name))
    return "; ".join(found)
