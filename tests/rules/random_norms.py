"""Norms drawn at random, each as a pair: as the product takes it, and as the independent walk takes it."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from helpdesk.sla import norms
from helpdesk.sla.norms import DayCount, Span, Unit
from tests.rules import oracle_norms as walked

CHANNELS = ["email", "nota-dinas", "portal", "phone"]


def _fixed(amount, unit, count=DayCount.ELAPSED):
    return norms.Fixed(Span(Decimal(str(amount)), unit, count))


spans = st.one_of(
    st.integers(1, 1500).map(lambda n: (_fixed(n, Unit.MINUTE), walked.Working(n))),
    st.integers(1, 40).map(lambda n: (_fixed(n / 4, Unit.HOUR), walked.Working(15 * n))),
    st.integers(1, 4).map(lambda n: (_fixed(n, Unit.WORKING_DAY), walked.WholeDays(n))),
    st.integers(1, 4).map(lambda n: (_fixed(n, Unit.WORKING_DAY, DayCount.END_OF_DAY), walked.DaysToClose(n))),
    st.integers(1, 6).map(lambda n: (_fixed(n, Unit.DAY), walked.Calendar(days=n))),
    st.just((_fixed(1, Unit.WEEK), walked.Calendar(days=7))),
)
dates = st.one_of(
    st.just((norms.AsAgreed(), walked.Agreed())),
    st.just((norms.EventRelative(norms.Anchor.ON), walked.OnEvent())),
    st.integers(1, 3).map(
        lambda n: (
            norms.EventRelative(norms.Anchor.BEFORE, Span(Decimal(n), Unit.DAY)),
            walked.OnEvent(before=n),
        )
    ),
    st.integers(1, 3).map(
        lambda n: (
            norms.EventRelative(norms.Anchor.AFTER, Span(Decimal(n), Unit.WORKING_DAY)),
            walked.AfterEvent(n),
        )
    ),
)
single = st.one_of(spans, dates)


@st.composite
def ranges(draw):
    """A range: only its upper end is due."""
    (lower, _), (upper, oracle) = draw(spans), draw(spans)
    return norms.Fixed(upper.span, lower=lower.span), oracle


@st.composite
def by_quantity(draw):
    """Steps up to 2 and 5; beyond as agreed, or so much more for each further two."""
    small, middle = draw(spans), draw(spans)
    steps = (norms.Step(2, small[0].span), norms.Step(5, middle[0].span))
    hours, more = draw(st.integers(1, 4)), draw(st.booleans())
    if not more:
        return norms.ByQuantity("number", steps), walked.ByNumber("number", ((2, small[1]), (5, middle[1])))
    steps = (steps[0], norms.Step(5, Span(Decimal(hours), Unit.HOUR)))
    oracle = walked.ByNumber(
        "number",
        ((2, small[1]), (5, walked.Working(60 * hours))),
        further=lambda n: walked.Working(60 * (hours + 1 * ((n - 5 + 1) // 2))),
    )
    return norms.ByQuantity("number", steps, each=2, add=Span(Decimal(1), Unit.HOUR)), oracle


@st.composite
def by_channel(draw):
    letter, otherwise = draw(single), draw(single)
    return (
        norms.ByChannel({"nota-dinas": letter[0]}, otherwise[0]),
        walked.ByChannel({"nota-dinas": letter[1]}, otherwise[1]),
    )


@st.composite
def by_attribute(draw):
    """A decision table over two attributes; the second matters only for one value of the first."""
    light_yes, light_no, heavy = draw(spans), draw(by_quantity()), draw(single)
    table = norms.ByAttribute(
        (
            norms.Case({"size": frozenset({"light"}), "stock": frozenset({"yes"})}, light_yes[0]),
            norms.Case({"size": frozenset({"light"}), "stock": frozenset({"no"})}, light_no[0]),
            norms.Case({"size": frozenset({"heavy"})}, heavy[0]),
        )
    )
    light = walked.ByValue("stock", {"yes": light_yes[1], "no": light_no[1]})
    return table, walked.ByValue("size", {"light": light, "heavy": heavy[1]})


@st.composite
def stages(draw):
    """Up to four stages, one after another or side by side, repeated, some without a stated time."""
    product, oracle = [], []
    for n in range(draw(st.integers(1, 4))):
        norm, other = draw(st.one_of(st.just((None, None)), spans, spans, by_attribute()))
        earlier = [str(m) for m in range(n)]
        after = draw(
            st.one_of(st.none(), st.just(()), st.sets(st.sampled_from(earlier or ["-"]), max_size=2).map(sorted))
        )
        times = draw(st.integers(1, 2))
        each = draw(st.sampled_from(["", "", "units"]))
        if after is not None and (not after or "-" in after):
            after, named = (), (norms.AT_START,)
        else:
            named = tuple(after or ())
        repeat = each or times
        stage = norms.Stage(str(n), norm, repeat=repeat, after=named, times=times if each else 1)
        product.append(stage)
        oracle.append(walked.Step(str(n), other, after=None if after is None else tuple(after), times=times, each=each))
    return norms.Stages(tuple(product)), walked.Staged(tuple(oracle))


any_norm = st.one_of(spans, single, ranges(), by_quantity(), by_channel(), by_attribute())
attributes = st.fixed_dictionaries(
    {},
    optional={
        "number": st.integers(1, 12).map(str),
        "size": st.sampled_from(["light", "heavy"]),
        "stock": st.sampled_from(["yes", "no"]),
        "units": st.integers(1, 3).map(str),
    },
)


@st.composite
def holds(draw, longest=200_000):
    """Up to three holds as (reason, from, to) in seconds after the start; some overlap, one stops nothing."""
    reason = st.sampled_from(["documents", "requester", "internal"])
    # from half a day before the start on: a hold may be older than the start of the clock
    begin = st.one_of(st.integers(-43_200, 500_000), st.integers(-720, 8_000).map(lambda n: n * 60))
    length = st.one_of(st.integers(1, 90), st.integers(1, longest), st.integers(1, 60).map(lambda n: n * 3600))
    return [(r, b, b + n) for r, b, n in draw(st.lists(st.tuples(reason, begin, length), max_size=3))]


def near(beginning):
    """A date around the beginning, or none."""
    return st.one_of(st.none(), st.integers(0, 8).map(lambda n: beginning + timedelta(days=n)))
