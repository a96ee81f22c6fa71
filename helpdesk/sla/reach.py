"""How far a deadline looks: whether a day that becomes closed or worked after it can still move it."""

from helpdesk.sla.norms import AsAgreed, ByAttribute, ByChannel, ByQuantity, Fixed, Norm, Stages


def counts_forward(norm: Norm) -> bool:
    """True when a deadline of `norm` rests on nothing after it, as long as no date was agreed.

    Those that are counted from an event or are a calendar date move back to a working day, so a later one matters.
    """
    match norm:
        case Fixed() | ByQuantity() | AsAgreed():
            return True
        case ByChannel():
            return all(map(counts_forward, (norm.default, *norm.cases.values())))
        case ByAttribute():
            return all(counts_forward(case.norm) for case in norm.cases)
        case Stages():
            return all(stage.norm is None or counts_forward(stage.norm) for stage in norm.stages)
    return False
