"""Words of a chat as a page shows them."""

import re

from markupsafe import Markup, escape

_NUMBER = r"\b[A-Z]{2,6}-\d{4}-\d{6}\b"
_MARKS = re.compile(rf"(https?://[^\s<>]*[^\s<>.,;:!?)])|(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])|({_NUMBER})")


def marked_up(text: str) -> Markup:
    """Words as a chat shows them: `*bold*` bold and addresses as links; everything else is text."""
    return Markup(_MARKS.sub(_marked, str(escape(text))))  # noqa: S704 - escaped before


def _marked(found: re.Match[str]) -> str:
    address, bold, number = found.groups()
    if address:
        return f'<a href="{address}" rel="noopener noreferrer">{address}</a>'
    return _whole(found) if number else f"<b>{re.sub(_NUMBER, _whole, bold)}</b>"


def _whole(number: re.Match[str]) -> str:
    return f'<span class="num">{number[0]}</span>'
