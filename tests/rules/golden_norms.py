"""The norms of every item, typed in by hand from the facts and the texts of the standards, for the golden tables.

Nothing here is read from the catalogue. `asks` are the attributes with which an item is asked about, `events` the dates
of its event, `later` what starts its clock where that is not the receipt.
"""

from dataclasses import dataclass
from datetime import date

from tests.rules.golden_procedures import DISSEMINATION, PERFORMANCE_REPORT, STANDARDS_AND_SOP
from tests.rules.oracle_norms import (
    AfterEvent,
    Agreed,
    ByChannel,
    ByNumber,
    ByValue,
    Calendar,
    DaysToClose,
    OnDate,
    OnEvent,
    Staged,
    Step,
    WholeDays,
    Working,
)

ALL_CHANNELS = ("email", "whatsapp", "nota-dinas", "portal", "phone", "telegram", "email", "walk-in", "web-chat", "api")


@dataclass(frozen=True)
class Item:
    """One item: its norm, its promise of a first answer to e-mail in working minutes, and what to ask about it."""

    norm: object
    response: int | None = None
    later: bool = False
    asks: tuple[dict, ...] = ({},)
    events: tuple[date | None, ...] = (None,)
    channels: tuple[str, ...] = ALL_CHANNELS
    first_handling: int | None = None
    event_stage: bool = False


def hours(number):
    return Working(number * 60)


def asked(name, *values):
    return ({}, *({name: str(value)} for value in values))


# --- KPTIK BMN: an answer to e-mail within 30 minutes, working days counted by what is gone of them -------------------

BY_DEVICES = ByNumber("devices", tuple((4 * n, WholeDays(n)) for n in range(1, 6)))
REPAIR = ByValue("performed_by", {"in-house": WholeDays(2), "third-party": Agreed()})
FACILITIES = ByValue(
    "doable",
    {
        "yes": ByValue(
            "severity",
            {
                "light": ByValue("materials", {"yes": Calendar(days=1), "no": Calendar(days=3)}),
                "medium": ByValue("materials", {"yes": Calendar(days=7), "no": Calendar(days=14)}),
                "heavy": ByValue("materials", {"yes": Calendar(days=7), "no": Calendar(days=14)}),
            },
        ),
        "no": Agreed(),
    },
)
# a working day, a Saturday, a holiday, the eve of Lebaran, and none yet
EVENTS = (
    date(2026, 4, 15),
    date(2026, 6, 20),
    None,
    date(2026, 5, 14),
    date(2026, 3, 17),
    date(2026, 6, 29),
    date(2026, 5, 31),
)
FACILITY_ASKS = (
    {},
    {"kind": "electricity", "severity": "light", "materials": "yes", "doable": "yes"},
    {"kind": "water", "severity": "light", "materials": "no", "doable": "yes"},
    {"kind": "building", "severity": "medium", "materials": "yes", "doable": "yes"},
    {"kind": "cooling", "severity": "heavy", "materials": "yes", "doable": "yes"},
    {"kind": "telephone", "severity": "medium", "materials": "no", "doable": "yes"},
    {"kind": "security", "severity": "heavy", "materials": "no", "doable": "yes"},
    {"kind": "cleaning", "doable": "no"},
    {"severity": "light"},
    {"severity": "medium", "materials": "no"},
    {"materials": "no"},
)
DEVICES = asked("devices", 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 1000)


def kptik(norm, response=30, **others):
    return Item(norm, response, **others)


KPTIK = {
    "itsm.5/lan-assistance": kptik(AfterEvent(1), events=EVENTS, event_stage=True),
    "itsm.5/network-cable": kptik(WholeDays(3)),
    "itsm.5/guest-internet": kptik(WholeDays(1)),
    "itsm.8/account-individual": kptik(WholeDays(1)),
    "itsm.8/account-collective": kptik(WholeDays(5), asks=asked("accounts", 31, 400)),
    "itsm.8/reset-password": kptik(hours(4)),
    "itsm.9/software-supply": kptik(hours(4), asks=asked("devices", 1, 30)),
    "itsm.9/software-install": kptik(BY_DEVICES, asks=DEVICES),
    "itsm.9/software-supply-install": kptik(BY_DEVICES, asks=DEVICES),
    "itsm.10/ict-training": kptik(WholeDays(3), events=(None, date(2026, 6, 29))),
    "itsm.11/special-event": kptik(
        AfterEvent(1), events=EVENTS, event_stage=True, asks=asked("place", "near", "outside")
    ),
    "itsm.12/leader-devices": kptik(WholeDays(1)),
    "itsm.12/leader-onsite": kptik(WholeDays(1)),
    "bmn.1/asset-loan": kptik(WholeDays(1), response=60),
    "bmn.2/asset-rent": kptik(WholeDays(20), later=True),
    "bmn.3/asset-repair": kptik(REPAIR, response=60, asks=asked("performed_by", "in-house", "third-party")),
    "bmn.4/facilities": kptik(FACILITIES, asks=FACILITY_ASKS, first_handling=10),
    "bmn.5/supplies": kptik(WholeDays(1)),
    "bmn.5/supplies-install": kptik(WholeDays(1)),
    "tu.1/protocol": kptik(OnEvent(), events=EVENTS),
    "tu.2/secretariat-admin": kptik(WholeDays(1)),
    "tu.2/secretariat-coordination": kptik(OnEvent(before=1), events=EVENTS),
    "tu.2/secretariat-publication": kptik(WholeDays(1)),
    "lpse/consultation": kptik(hours(1)),
    "lpse/registration-company": kptik(hours(1), later=True),
    "lpse/registration-individual": kptik(hours(1), later=True),
}

# --- Biro Umum: no promise of a first answer, working days counted to the end of a day --------------------------------

BY_LETTER = ("email", "nota-dinas", "phone", "whatsapp", "nota-dinas", "walk-in", "portal", "nota-dinas")
ROOM = ByChannel({"nota-dinas": DaysToClose(3)}, Working(120))
ADVICE = ByChannel({"nota-dinas": DaysToClose(3)}, DaysToClose(1))
HEALTH = Staged((Step("consultation", DaysToClose(3)), Step("letter and report", DaysToClose(2))))
NEWS = Staged((Step("until ready", DaysToClose(1)), Step("coverage"), Step("correction", DaysToClose(1))))
DISPOSAL = Staged(
    (
        Step("list examined", Calendar(days=3)),
        Step("assessment", Calendar(days=2)),
        Step("letter to ANRI", Calendar(days=1)),
        Step("approval of ANRI"),
        Step("draft of the decree", Calendar(days=1)),
    )
)
TRANSPORT = Staged((Step("until ready", Calendar(days=1)), Step("all of it", DaysToClose(2), after=())))
GRATIFICATION = Staged(
    (
        Step("review", DaysToClose(5)),
        Step("to KPK", DaysToClose(10), after=()),
        Step("decision", DaysToClose(30), after=("to KPK",)),
        Step("delivery", DaysToClose(7), after=("decision",)),
        Step("hand-over", DaysToClose(7), after=("decision",)),
    )
)
CLINIC = Item(Working(90))
DAY_AT_MOST = Item(DaysToClose(1))
REQUESTS = ({"request": "question"}, {"request": "invitation"}, {})

BIRO_UMUM = {
    "biro-umum.1/procurement-plan": Item(Working(30), later=True),
    "biro-umum.2/meeting-room": Item(ROOM, later=True, channels=BY_LETTER),
    "biro-umum.3/treasury-officers": Item(DaysToClose(30)),
    "biro-umum.4/printing": Item(DaysToClose(5), asks=asked("copies", 1, 5000)),
    "biro-umum.5/sop": Item(DaysToClose(30)),
    "biro-umum.6/organisation-consultation": Item(
        ByValue("request", {"invitation": OnEvent(), "question": ADVICE}),
        asks=REQUESTS,
        channels=BY_LETTER,
        events=(None, date(2026, 6, 24), None, date(2026, 6, 21)),
    ),
    "biro-umum.7/functional-positions": Item(DaysToClose(30)),
    "biro-umum.8/health-followup": Item(HEALTH),
    "biro-umum.9/news": Item(NEWS),
    "biro-umum.10/photography": Item(DaysToClose(1)),
    "biro-umum.11/youtube-upload": Item(DaysToClose(2)),
    "biro-umum.12/live-streaming": Item(DaysToClose(3)),
    "biro-umum.13/public-information": Item(DaysToClose(10)),
    "biro-umum.14/objection": Item(DaysToClose(30)),
    "biro-umum.15/general-clinic": CLINIC,
    "biro-umum.16/dental-clinic": CLINIC,
    "biro-umum.17/laboratory": CLINIC,
    "biro-umum.18/midwifery": CLINIC,
    "biro-umum.19/pharmacy": Item(Working(10)),
    "biro-umum.20/blood-donation": Item(Working(60)),
    "biro-umum.21/financial-report-consultation": Item(Agreed()),
    "biro-umum.22/dipa-revision": Item(DaysToClose(3), later=True),
    "biro-umum.23/pok-revision": Item(DaysToClose(3), later=True),
    "biro-umum.24/payment-order": Item(DaysToClose(5)),
    "biro-umum.25/salary-main": Item(DaysToClose(8)),
    "biro-umum.25/salary-shortfall": Item(DaysToClose(4)),
    "biro-umum.26/foreign-travel": Item(Calendar(days=5), later=True),
    "biro-umum.27/archive-loan": Item(DaysToClose(3)),
    "biro-umum.28/archive-guidance": Item(Calendar(days=2)),
    "biro-umum.29/archive-disposal": Item(DISPOSAL),
    "biro-umum.30/leader-transport": Item(TRANSPORT),
    "biro-umum.31/integrity-zone": Item(DaysToClose(120), later=True),
    "biro-umum.32/internal-control": Item(DaysToClose(15), later=True),
    "biro-umum.33/gratification": Item(GRATIFICATION),
    "biro-umum.34/strategic-plan": Item(DaysToClose(30), later=True),
    "biro-umum.35/work-plan-indicators": Item(Agreed(), later=True),
    "biro-umum.36/strategic-plan-monitoring": Item(DaysToClose(30), later=True),
    "biro-umum.37/performance-agreement": Item(OnDate(31, 1), later=True),
    "biro-umum.38/performance-report": Item(Calendar(days=30), later=True),
    "biro-umum.39/contract-review": Item(OnDate(31, 12)),
    "biro-umum.40/performance-review": Item(OnDate(30, 11)),
    "biro-umum.41/annual-report": Item(Calendar(months=2), later=True),
    "biro-umum.42/sakip-evaluation": Item(Agreed(), later=True),
    "biro-umum.43/competence": Item(DaysToClose(3), later=True),
    "biro-umum.44/legal-documents": Item(DaysToClose(10), later=True),
    "biro-umum.45/performance-consultation": DAY_AT_MOST,
    "biro-umum.46/dams-consultation": DAY_AT_MOST,
    "biro-umum.47/minutes": DAY_AT_MOST,
    "biro-umum.48/meeting-support": DAY_AT_MOST,
}

# --- the State Secretariat: procedures of many steps ----------------------------------------------------------------

SETNEG = {
    "setneg.6/standards-and-sop": Item(
        STANDARDS_AND_SOP,
        asks=(
            {},
            {"drafts": "3", "units": "2", "organisations": "2", "town": "in-town"},
            {"drafts": "7", "units": "1", "organisations": "3", "town": "out-of-town", "meetings": "2"},
            {"town": "out-of-town"},
            {"meetings": "2"},
        ),
    ),
    "setneg.7/policy-dissemination": Item(DISSEMINATION, asks=asked("venue", "office", "town")),
    "setneg.8/performance-report": Item(PERFORMANCE_REPORT),
}
