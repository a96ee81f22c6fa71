"""What a message of ours comes back with: only who carried it, or got it, knows the mark that says which one it is.

People in copy read each other's Message-IDs in References and In-Reply-To, so these prove nothing. The mark is the
random part of the Message-ID, enciphered under the secret key. It stands in the return address, where the desk's
mailbox takes such addresses, and in a field of the header, which a server returns and no mail program quotes.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from helpdesk.channels.base import Inbound
from helpdesk.tickets import addresses
from helpdesk.usecases.access import signed

_MARK = re.compile("[0-9a-f]{32}")
MOST = 40
"""At most so many ids and addresses of one mail are looked at."""


def _cipher(secret: str) -> Cipher[modes.ECB]:
    # One block under one key, and its plain text is random: no mode hides more, and nothing else is as short.
    return Cipher(algorithms.AES(bytes.fromhex(signed(secret, "return"))), modes.ECB())  # noqa: S305


def return_mark(secret: str, message_id: str) -> str:
    """32 hexadecimal digits that stand for the Message-ID; empty where it is none of ours."""
    own = addresses.random_part(message_id)
    return _cipher(secret).encryptor().update(bytes.fromhex(own)).hex() if own else ""


def return_address(secret: str, address: str, message_id: str) -> str:
    """Where a server shall send the message back; `address` itself where the Message-ID is none of ours."""
    mark = return_mark(secret, message_id)
    return addresses.return_address(address, mark) if mark else address


def marked_ids(secret: str, mail: Inbound, own_addresses: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs that the message which a mail returns may have, by the mark in its header; none without one."""
    if not _MARK.fullmatch(mail.return_mark):
        return ()
    domains = dict.fromkeys(address.rpartition("@")[2] for address in own_addresses)
    return tuple(_id(secret, mail.return_mark, domain) for domain in domains)


def _id(secret: str, mark: str, domain: str) -> str:
    return f"{_cipher(secret).decryptor().update(bytes.fromhex(mark)).hex()}@{domain}"


def returned_ids(secret: str, mail: Inbound) -> tuple[str, ...]:
    """The Message-IDs (without `<>`) of our messages that a mail was sent back for; made-up ones name no message."""
    return tuple(_ids(secret, mail.delivered_to[:MOST]))


def _ids(secret: str, delivered_to: Iterable[str]) -> Iterable[str]:
    for mark, domain in map(addresses.return_mark, delivered_to):
        if mark:
            yield _id(secret, mark, domain)


def naming_what_came_back(secret: str, mail: Inbound) -> Inbound:
    """The mail as if it named the message whose return address it was sent to: machines often quote no id."""
    returned = returned_ids(secret, mail)
    return replace(mail, in_reply_to=(*mail.in_reply_to[:MOST], *returned)) if returned else mail
