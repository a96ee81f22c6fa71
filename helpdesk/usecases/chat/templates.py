"""Templates: what an agent may send when WhatsApp's time for free answers is over."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.model import ApprovedTemplate, Template
from helpdesk.store.chat_models import ChatTemplate
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _

REFRESH_SECONDS = 3600.0


def keep_templates(session: Session, channel: str, approved: Iterable[ApprovedTemplate], now: datetime) -> None:
    """Those that are approved now; what the platform took back is offered no longer."""
    session.execute(delete(ChatTemplate).where(ChatTemplate.channel == channel))
    for template in approved:
        session.add(
            ChatTemplate(
                channel=channel,
                name=template.name,
                language=template.language,
                category=template.category,
                body=template.body,
                variables=template.variables,
                seen_at=now,
            )
        )


def templates_of(session: Session, channel: str, language: str) -> list[ChatTemplate]:
    """What may be sent on a channel, in the person's language first."""
    found = session.scalars(
        select(ChatTemplate).where(ChatTemplate.channel == channel).order_by(ChatTemplate.name, ChatTemplate.language)
    ).all()
    return sorted(found, key=lambda template: not template.language.lower().startswith(language))


def filled(session: Session, channel: str, key: str, values: str) -> tuple[Template, str]:
    """The template `name|language` with its values, one a line, and the words as the person will read them.

    Raises Invalid for one that is not approved (any more), and for more or fewer values than it needs.
    """
    name, _bar, language = key.partition("|")
    row = session.get(ChatTemplate, (channel, name[:512], language[:20]))
    if row is None:
        raise invalid("template", _("There is no such approved template."))
    given = tuple(" ".join(line.split()) for line in values.splitlines() if line.strip())
    if len(given) != row.variables:
        raise invalid("values", _("The template needs %(count)s values, one a line."), count=row.variables)
    approved = ApprovedTemplate(row.name, row.language, row.category, row.body, row.variables)
    return Template(row.name, row.language, given), approved.filled(given)
