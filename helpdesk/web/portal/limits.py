"""How much one address and one network may send: enough for people, too little for machines."""

from datetime import timedelta

from helpdesk.web.access import proved_address
from helpdesk.web.throttle import Limit, caller_address, count, is_over
from helpdesk.web.work import context, database

HOUR = timedelta(hours=1)
FORM, CODE, TRY, REPLY, CHAT = "form", "code", "try", "reply", "chat"
PER_ADDRESS = {FORM: 40, CODE: 10, TRY: 30, CHAT: 240}
PER_NETWORK = {FORM: 120, CODE: 30, TRY: 60, CHAT: 1200}
ADDRESSES_PER_NETWORK = {FORM: 60, CODE: 15, TRY: 60, CHAT: 60}
"""To so many different addresses one network may have automatic mail sent: an office, but no flood of strangers.

Of a chat: so many different visitors, each known by an account as others by an address.
"""


def _is_counted(network: str) -> bool:
    """Behind a proxy that names no client everybody comes from loopback, and must not be counted together."""
    return bool(network) and not network.startswith(("127.", "0000:0000:0000:0000"))


def replies_used_up(address: str) -> bool:
    """True when this network has had its share of automatic replies to addresses that the browser did not prove; else
    this one is counted.
    """
    network, most = caller_address(), context().settings.automatic_per_caller
    if address == proved_address() or not _is_counted(network):
        return False
    limits = [Limit(f"network {network}", most, HOUR)]
    if is_over(database(), REPLY, limits, context().now):
        return True
    count(database(), REPLY, limits, context().now)
    return False


def _limits(kind: str, address: str) -> list[Limit]:
    network = caller_address()
    limits = [Limit(f"address {address}", PER_ADDRESS[kind], HOUR)]
    if _is_counted(network):
        limits.append(Limit(f"network {network}", PER_NETWORK[kind], HOUR))
        limits += _different_addresses(kind, network, address)
    return limits


def _different_addresses(kind: str, network: str, address: str) -> list[Limit]:
    """An address that this network named within the hour counts no second time."""
    named = f"from {network} for {address}"
    limits = [Limit(named, PER_ADDRESS[kind], HOUR)]
    if not is_over(database(), kind, [Limit(named, 1, HOUR)], context().now):
        limits.append(Limit(f"addresses from {network}", ADDRESSES_PER_NETWORK[kind], HOUR))
    return limits


def too_many(kind: str, address: str) -> bool:
    """True when the address or the network has used up its share; else this attempt is counted."""
    limits = _limits(kind, address[:320])
    if is_over(database(), kind, limits, context().now):
        return True
    count(database(), kind, limits, context().now)
    return False
