"""The frame of every outgoing mail: the words, the ticket's private link, and an HTML alternative of the same text."""

from html import escape

_LINK = "Tautan pribadi tiket Anda / The private link of your ticket:"
_STYLE = "font:16px/24px system-ui,'Segoe UI',Roboto,sans-serif;color:#1b2129;max-width:640px;margin:0;padding:16px"


def letter_text(text: str, number: str, link: str) -> str:
    """The plain text of a mail; the number stands in it so that an answer can be told even by eye."""
    tail = f"\n\n{_LINK}\n{link}" if link else ""
    return f"{text}{tail}\n\n-- \n{number}\n" if number else f"{text}{tail}\n"


def letter_html(text: str, number: str, link: str) -> str:
    """The HTML alternative: the same words as paragraphs, everything escaped, no remote content."""
    paragraphs = "".join(_paragraph(block) for block in text.split("\n\n") if block.strip())
    anchor = f'<p>{escape(_LINK)}<br><a href="{escape(link)}">{escape(number)}</a></p>' if link else ""
    foot = f'<p style="color:#707b89;font-size:12px">{escape(number)}</p>' if number else ""
    body = f'<body style="{_STYLE}">{paragraphs}{anchor}{foot}</body>'
    return f'<!doctype html><html lang="id"><meta charset="utf-8">{body}</html>'


def _paragraph(block: str) -> str:
    if block.strip() == "---":
        return '<hr style="border:0;border-top:1px solid #e3e6ea">'
    return "<p>" + escape(block.strip()).replace("\n", "<br>") + "</p>"
