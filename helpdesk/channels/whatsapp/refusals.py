"""What a refusal of the Cloud API means for a message: try again, when, never, or is it the line that is broken.

Codes as in developers.facebook.com, whatsapp/cloud-api/support/error-codes.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from helpdesk.channels.base import ChannelError
from helpdesk.channels.whatsapp.fields import line, mapping, text

LONGEST_PAUSE = 3600.0
# Seconds to wait where the platform does not say: throughput, one person, the hour's quota, too much taken as spam.
PAUSES = {"130429": 5.0, "131056": 10.0, "4": 300.0, "80007": 300.0, "131048": 900.0}
USUAL_PAUSE = 30.0
# The access token, the number or the account: no message gets out until somebody has mended it.
LINE_FAULTS = frozenset({"0", "3", "10", "190", "368", "131005", "131031", "131042", "131045", "133010"})
PASSING = frozenset({"1", "2", "131000", "131016", "131057", "133004"})
WORDS = {
    "4": "too many calls",
    "80007": "too many calls",
    "130429": "too many messages",
    "131048": "too many messages were taken as unwanted",
    "131056": "too many messages to this person",
    "190": "the access token is not accepted",
    "10": "the access token lacks a permission",
    "368": "the account is blocked for a breach of policy",
    "131031": "the account is locked",
    "131042": "the account has a problem with its payment",
    "133010": "the number is not registered",
    "130472": "the person takes part in a trial and gets no such message",
    "131021": "the recipient is the sender",
    "131026": "the message cannot be delivered to this person",
    "131030": "the recipient is not on the list of those allowed",
    "131047": "the 24-hour window is closed, only a template may be sent",
    "131049": "the platform holds the message back",
    "131050": "the person wants no such messages",
    "131051": "messages of this type are not supported",
    "131053": "the file was not accepted",
    "132000": "the template has another number of variables",
    "132001": "the template does not exist in this language",
    "132005": "the text of the template becomes too long",
    "132007": "the template breaks a policy",
    "132012": "a value does not fit the template",
    "132015": "the template is paused",
    "132016": "the template is disabled",
}
_OPAQUE = re.compile(r"[A-Za-z0-9_|-]{30,}")


def refusal(status: int, headers: Mapping[str, str], body: bytes, *, sent: bool = False) -> ChannelError:
    """The error for an answer that is no success. `sent`: the request was to send a message.

    Its text is one short sentence with the platform's code, and repeats nothing that may be a secret.
    """
    error = _error_of(body)
    code = line(error.get("code"), 20)
    said = f"WhatsApp: {_words(status, code, error)} ({code or f'HTTP {status}'})"
    if code in PAUSES or status == 429:
        pause = _pause(headers, PAUSES.get(code, USUAL_PAUSE))
        return ChannelError(said, destination=code == "131056", retry_after=pause, code=code or "429")
    if _is_line_fault(status, code, error):
        return ChannelError(said, code=code or str(status))
    if code in PASSING or status >= 500 or status in (408, 425) or status < 400:
        # A gateway that lost the answer cannot know whether the message went out; the platform itself can.
        return ChannelError(said, doubt=sent and not error and status in (502, 504), code=code or str(status))
    return ChannelError(said, permanent=True, destination=True, code=code or str(status))


def _error_of(body: bytes) -> dict[str, Any]:
    try:
        return mapping(mapping(json.loads(body)).get("error"))
    except (ValueError, RecursionError):
        return {}


def _is_line_fault(status: int, code: str, error: Mapping[str, Any]) -> bool:
    permission = len(code) == 3 and code.startswith("2")
    no_such_number = code == "33" or (code == "100" and text(error.get("error_subcode")) == "33")
    return status == 401 or code in LINE_FAULTS or permission or no_such_number


def _words(status: int, code: str, error: Mapping[str, Any]) -> str:
    if code in WORDS:
        return WORDS[code]
    if status == 401:
        return WORDS["190"]
    if not error:
        return "no success" if status < 500 else "the platform is in trouble"
    details = line(mapping(error.get("error_data")).get("details"), 200) or line(error.get("message"), 200)
    return _OPAQUE.sub("…", details) or "refused"


def _pause(headers: Mapping[str, str], otherwise: float) -> float:
    asked = headers.get("retry-after", "")
    seconds = float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else otherwise
    return min(seconds, LONGEST_PAUSE)
