"""The service catalogue as frozen values: what `catalog.yaml` says, cross-checked, ready for every room to the left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from helpdesk.sla.norms import Span, Target
from helpdesk.tickets.words import Channel, TicketType


@dataclass(frozen=True, slots=True)
class Text:
    """A wording in both languages of the product; Indonesian first."""

    id: str
    en: str

    def get(self, language: str) -> str:
        """The wording in `language` ("id" or "en"; anything else reads as Indonesian)."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """Working hours as data; `sla.hours` compiles them together with a zone.

    `week`: weekday (0 = Monday) -> half-open intervals of local time. `dated`: hour sets that replace `week` between
    two dates, inclusive (Ramadan, Friday). `closed`: own closed days by date with a name; `opened`: days that are
    worked although a holiday. `public_holidays`, `joint_leave`: Indonesian national holidays and cuti bersama.
    """

    id: str
    week: Mapping[int, tuple[tuple[time, time], ...]]
    dated: tuple["DatedHours", ...] = ()
    closed: Mapping[date, Text] = field(default_factory=dict)
    opened: frozenset[date] = frozenset()
    public_holidays: bool = True
    joint_leave: bool = True


@dataclass(frozen=True, slots=True)
class DatedHours:
    """The hours between two dates (inclusive) that replace the ordinary week."""

    first: date
    last: date
    name: Text
    week: Mapping[int, tuple[tuple[time, time], ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """A support group. `tier` is "layer-1", "layer-2" or "layer-3"; a shared group serves every desk.

    `ola` is the target of its operational clock, which each ticket that is handed to it starts; `calendar` the hours
    of that clock, "" for those of the desk.
    """

    id: str
    tier: str
    name: Text
    shared: bool = False
    ola: Span | None = None
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """One office's service desk.

    `visits_at_once`: so many visits of `visit_minutes` can be booked for one time; 0: none.
    """

    id: str
    prefix: str
    name: str
    zone: ZoneInfo
    calendar: str
    groups: tuple[str, ...]
    items: tuple[str, ...]
    email: str = ""
    whatsapp: str = ""
    phone: str = ""
    address: str = ""
    complaints: Text = Text("", "")
    visit_minutes: int = 60
    visits_at_once: int = 1


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of the request that a norm, a lead time or the urgency looks at, and a field of the portal's form.

    `kind` is "integer", "choice" or "text" ("text" is a form field only). `minimum` for integers. `choices` maps the
    stored value to its name. `required`: the portal's form demands it. `by_staff`: judged by the desk, never asked on
    the portal's form.
    """

    id: str
    name: Text
    kind: str
    choices: Mapping[str, Text] = field(default_factory=dict)
    minimum: int | None = None
    required: bool = False
    help: Text = Text("", "")
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document that the requester must supply, `after_fulfilment` where it is due only then.

    `when`: only needed where the attributes have these values (integers: ">4").
    """

    id: str
    name: Text
    after_fulfilment: bool = False
    when: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Authority:
    """Who publishes a standard, and the title of it in the language it was published in."""

    id: str
    name: Text
    standard: str
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A catalogue service such as ITSM.8, with what its standard says of all its items.

    `authority` is the id of who published it, "" where the catalogue names none.
    """

    id: str
    code: str
    name: Text
    legal_basis: tuple[str, ...] = ()
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One offering of a service: what it needs, who does it, by when, in the standard's own words.

    `event_date`: the form asks for the date of the event, and demands it unless `event_optional`.
    `response_minutes` is the e-mail norm in working minutes (None: the standard names no response norm).
    `urgent_when`: attribute values that make a ticket urgent. `warn_at` is the share of the norm (0 to 1) after which
    a clock is at risk. `wording` is the original wording of the time norm. `requirements` are the conditions that are
    neither a question nor a document, `products` what the requester gets; `complaints` replaces the desk's channels
    where the standard names others for this item.
    """

    id: str
    service: str
    name: Text
    types: tuple[TicketType, ...]
    group: str
    target: Target
    wording: Text
    response_minutes: int | None = None
    attributes: tuple[Attribute, ...] = ()
    documents: tuple[Document, ...] = ()
    superior_cc: bool = False
    event_date: bool = False
    event_optional: bool = False
    urgent_when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    channels_named: tuple[Channel, ...] = ()
    reopen_days: int = 7
    warn_at: float = 0.75
    calendar: str = ""
    keywords: tuple[str, ...] = ()
    summary: Text = Text("", "")
    requirements: tuple[Text, ...] = ()
    products: tuple[Text, ...] = ()
    fee: Text = Text("", "")
    complaints: Text = Text("", "")

    def attribute(self, attribute_id: str) -> Attribute | None:
        """The attribute of that id, or None."""
        return next((a for a in self.attributes if a.id == attribute_id), None)


@dataclass(frozen=True, slots=True)
class Catalog:
    """One version of the service catalogue. Mappings keep the order of the file.

    `source` is the text that it was read from, and `edition` its name: the version with the beginning of the text's
    SHA-256, so that two texts of one version are told apart.
    """

    version: str
    legal_basis: str
    valid_from: date
    calendars: Mapping[str, CalendarSpec]
    groups: Mapping[str, Group]
    desks: Mapping[str, Desk]
    services: Mapping[str, Service]
    items: Mapping[str, Item]
    authorities: Mapping[str, Authority] = field(default_factory=dict)
    source: str = field(default="", repr=False)
    edition: str = ""

    def items_of(self, desk_id: str) -> tuple[Item, ...]:
        """The items that a desk offers, in the order of the file. KeyError for an unknown desk."""
        return tuple(self.items[i] for i in self.desks[desk_id].items)

    def service_of(self, item: Item) -> Service:
        """The service of an item; for one of an older edition whose service is gone, a service by its bare id."""
        bare = Text(item.service, item.service)
        return self.services.get(item.service) or Service(item.service, item.service.upper(), bare)

    def standard_of(self, item: Item) -> str:
        """The title of the standard that the item stands in: its authority's, else the catalogue's legal basis."""
        authority = self.authorities.get(self.service_of(item).authority)
        return authority.standard if authority else self.legal_basis
