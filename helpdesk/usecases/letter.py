"""The frame of every outgoing mail: the words, the ticket's private link, the desk's signature; as text and as HTML.

The words of a message are written once, as text (templates/messages/<kind>/); the HTML alternative is made of them
(docs/adr/0022), so the two never say different things.
"""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from helpdesk.resources import templates_folder

BETWEEN_LANGUAGES = "\n\n---\n\n"
"""Between the Indonesian and the English words of an automatic message."""


@dataclass(frozen=True, slots=True)
class Signature:
    """How the desk signs: its name and ways to reach it; `hours` in Indonesian and in English."""

    name: str
    address: str = ""
    email: str = ""
    phone: str = ""
    whatsapp: str = ""
    hours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list (`items`), or a rule between two parts."""

    lines: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    rule: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The words in one language; `language` is empty for what a person wrote."""

    language: str
    blocks: tuple[Block, ...]


def parts_of(text: str, *, automatic: bool) -> tuple[Part, ...]:
    """The parts of a message; an automatic one stands in both languages, Indonesian first."""
    pieces = text.split(BETWEEN_LANGUAGES, 1) if automatic else [text]
    names = ("id", "en") if len(pieces) == 2 else ("",)
    return tuple(Part(name, _blocks(piece)) for name, piece in zip(names, pieces, strict=True))


def _blocks(text: str) -> tuple[Block, ...]:
    return tuple(_block(paragraph.strip("\n")) for paragraph in text.split("\n\n") if paragraph.strip())


def _block(paragraph: str) -> Block:
    lines = tuple(paragraph.split("\n"))
    if paragraph.strip() == "---":
        return Block(rule=True)
    if all(line.startswith("- ") for line in lines):
        return Block(items=tuple(line[2:] for line in lines))
    return Block(lines=lines)


@cache
def _template(name: str) -> Template:
    """`letter.txt` as plain text, `letter.html` with everything escaped."""
    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "messages"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=name.endswith(".html"),
    )
    return environment.get_template(name)


def letter_text(text: str, number: str, link: str, signed: Signature) -> str:
    """The plain text of a mail; the number stands in it so that an answer can be told even by eye."""
    return _template("letter.txt").render(text=text, number=number, link=link, signed=signed)


def letter_html(text: str, number: str, link: str, signed: Signature, *, automatic: bool) -> str:
    """The HTML alternative: the same words, everything escaped, inlined style, no remote content."""
    parts = parts_of(text, automatic=automatic)
    return _template("letter.html").render(parts=parts, number=number, link=link, signed=signed)
