"""The address that a message of ours comes back to: only who carried it, or got it, knows which message it names.

People in copy read each other's Message-IDs in References, so a return address does not show them: it holds the random
part of the Message-ID, enciphered under the secret key.
"""

from collections.abc import Iterable
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from helpdesk.channels.base import Inbound
from helpdesk.tickets import addresses
from helpdesk.usecases.access import signed

MOST = 40
"""At most so many ids and addresses of one mail are looked at."""


def _cipher(secret: str) -> Cipher[modes.ECB]:
    # One block under one key, and its plain text is random: no mode hides more, and nothing else is as short.
    return Cipher(algorithms.AES(bytes.fromhex(signed(secret, "return"))), modes.ECB())  # noqa: S305


def return_address(secret: str, address: str, message_id: str) -> str:
    """Where a server shall send the message back; `address` itself where the Message-ID is none of ours."""
    own = addresses.random_part(message_id)
    if not own:
        return address
    return addresses.return_address(address, _cipher(secret).encryptor().update(bytes.fromhex(own)).hex())


def returned_ids(secret: str, mail: Inbound) -> tuple[str, ...]:
    """The Message-IDs (without `<>`) of our messages that a mail was sent back for; made-up ones name no message."""
    return tuple(_ids(secret, mail.delivered_to[:MOST]))


def _ids(secret: str, delivered_to: Iterable[str]) -> Iterable[str]:
    for mark, domain in map(addresses.return_mark, delivered_to):
        if mark:
            yield f"{_cipher(secret).decryptor().update(bytes.fromhex(mark)).hex()}@{domain}"


def naming_what_came_back(secret: str, mail: Inbound) -> Inbound:
    """The mail as if it named the message whose return address it was sent to: machines often quote no id."""
    returned = returned_ids(secret, mail)
    return replace(mail, in_reply_to=(*mail.in_reply_to[:MOST], *returned)) if returned else mail
