"""The stages of a procedure as the ticket's page shows them: what has ended, what comes next, what may be recorded."""

from flask_babel import gettext as _

from helpdesk.sla.explain import stage_title
from helpdesk.sla.progress import next_stages
from helpdesk.sla.rules import StageDue
from helpdesk.usecases.clocks import Standing
from helpdesk.web.board.clocks import Present
from helpdesk.web.ticket.view import Paper


def stages(standing: Standing, at: Present, *, open_: bool, may_set: bool) -> tuple[Paper, ...]:
    """The stages in the order of the standard. `open_`: the ticket still goes through them; `may_set`: this person
    may record their ends where the status allows it.
    """
    planned = [s for s in standing.timeline.stages if s.stage is not None]
    coming = next_stages(planned) if open_ else frozenset()
    return tuple(_stage(due, at, coming=due.name in coming, may=open_ and may_set) for due in planned)


def _stage(due: StageDue, at: Present, *, coming: bool, may: bool) -> Paper:
    done = due.done_at is not None
    look = "done" if done else "wanted" if coming else ""
    name = stage_title(due, at.words.language)
    return Paper(name, look, _says(due, at, coming=coming), due.name, tick=may and not done, untick=may and done)


def _says(due: StageDue, at: Present, *, coming: bool) -> str:
    assert due.stage is not None
    if due.due_at is not None:
        planned = at.words.brief_with_zone(due.due_at, at.now, at.zone)
    else:
        planned = _("no time in the standard") if due.stage.norm is None else _("no date yet")
    if due.done_at is not None:
        done = at.words.brief_with_zone(due.done_at, at.now, at.zone)
        return str(_("done %(done)s, planned %(planned)s", done=done, planned=planned))
    english = at.words.language == "en" and due.stage.note_english
    people = " > ".join(filter(None, (due.stage.performed_by, due.stage.checked_by)))
    parts = (_("next") if coming else "", planned, people, english or due.stage.note)
    return " · ".join(part for part in parts if part)
