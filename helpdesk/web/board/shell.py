"""What stands around every staff page: who is signed in, where one can go, which desk, which language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A link of a menu; `count` None shows no number, `hot` marks a number that wants attention.

    `shown` is the number as it is read, where it differs (999+).
    """

    name: str
    href: str
    current: bool = False
    count: int | None = None
    hot: bool = False
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A notice over the lists: a channel that is down, messages in quarantine.

    `calm` is a warning, not a fault; `plain` only tells.
    """

    text: str
    href: str = ""
    link: str = ""
    calm: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a staff page. `standing` is the standing clock of a test, shown on every page; empty otherwise.

    `mail_stays`: no mail leaves the house; `outbox_href` leads those there who may see it.
    """

    name: str
    initials: str
    role: str
    desk: str
    desks: tuple[Place, ...] = ()
    places: tuple[Place, ...] = ()
    languages: tuple[Place, ...] = ()
    search_href: str = "/board"
    new_href: str = ""
    sign_out_href: str = "/logout"
    query: str = ""
    standing: str = ""
    mail_stays: bool = False
    outbox_href: str = ""


def initials(name: str) -> str:
    """Letters for a name: `Rina Hasibuan` -> RiH, `rina` -> RI. Two alone would be the same for many colleagues."""
    words = [w for w in name.replace(".", " ").replace("-", " ").split() if w[0].isalnum()]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return words[0][0].upper() + words[0][1:2].lower() + words[-1][0].upper()
