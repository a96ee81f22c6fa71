"""The stored reasons of quarantine and the errors of sending in the language of the reader; the store holds English."""

from collections.abc import Mapping

from flask_babel import gettext as _

from helpdesk.usecases import staff_mail
from helpdesk.usecases.intake import SIGN_UP, TOO_MANY


def _reasons() -> Mapping[str, str]:
    return {
        "no usable sender address": _("no usable sender address"),
        "addressed to no desk": _("addressed to no desk"),
        "bounce of a message that is not known here": _("bounce of a message that is not known here"),
        "sent under an address of our own": _("sent under an address of our own"),
        "no header field: this is not a mail message": _("no header field: this is not a mail message"),
        "too deeply nested": _("too deeply nested"),
        "too many parts": _("too many parts"),
        SIGN_UP: _("looks like a one-time code or a confirmation for another service"),
        TOO_MANY: _("one of too many from this sender"),
        **_about_staff(),
    }


def _about_staff() -> Mapping[str, str]:
    return {
        staff_mail.NOT_YOURS: _("an answer to a notice to staff, but not from who got it"),
        staff_mail.SWITCHED_OFF: _("an answer of staff by mail, which this desk does not take"),
        staff_mail.NOT_PROVED: _("an answer of staff by mail whose sender is not proved"),
        staff_mail.NO_LONGER: _("an answer of staff by mail, from somebody who no longer has access"),
        staff_mail.SENT_TWICE: _("an answer of staff by mail, the second one under its Message-ID"),
        staff_mail.WORDLESS: _("an answer of staff by mail without words of its own"),
        staff_mail.OF_SEVERAL: _("an answer of staff by mail to a notice about several tickets"),
        staff_mail.REFUSED: _("an answer of staff by mail that the ticket does not take"),
        staff_mail.TOO_MUCH: _("an answer of staff by mail with too many or too large files"),
    }


def _errors() -> Mapping[str, str]:
    return {
        "the code has expired": _("the code has expired"),
        "the worker ended while sending; it may have gone out": _(
            "the worker ended while sending; it may have gone out"
        ),
        "the SMTP server closed the connection": _("the SMTP server closed the connection"),
        "the connection broke before the SMTP server answered": _(
            "the connection broke before the SMTP server answered"
        ),
    }


def _steps() -> Mapping[str, str]:
    return {
        "sender": _("the server refused the sender"),
        "recipient": _("the server refused the recipient"),
        "data": _("the server refused the message"),
        "content": _("the server refused the message"),
        "returned": _("came back"),
        "cannot be written": _("the message could not be written"),
        "its files cannot be read": _("its files cannot be read"),
        "greeting": _("the server did not greet"),
        "SMTP sign-in": _("the server refused the sign-in"),
        "SMTP connection lost": _("connection to the server lost"),
        "SMTP": _("no connection to the server"),
        "SMTP took too long": _("the server took too long"),
    }


def _beginnings() -> Mapping[str, str]:
    return {
        "its reader died": _("reading it apart ended without an answer"),
        "its reader died twice": _("reading it apart ended without an answer, twice"),
        "not processed": _("it could not be processed"),
    }


def reason_shown(stored: str) -> str:
    """Why a message is in quarantine: a known sentence, or a known beginning with its particulars; else as stored."""
    beginning, colon, said = stored.partition(": ")
    size, _blank, unit = beginning.partition(" ")
    if colon and unit == "bytes" and size.isdigit():
        return str(_("larger than a mail may be: %(size)s MB", size=int(size) // 1_000_000))
    known = _beginnings().get(beginning) if colon else None
    return f"{known}: {said}" if known else _reasons().get(stored, stored)


def error_shown(stored: str) -> str:
    """Why a message was not delivered: a known sentence, or a known beginning with what the other server said."""
    beginning, colon, said = stored.partition(": ")
    step = _steps().get(beginning) if colon else None
    return f"{step}: {said}" if step else _errors().get(stored, stored)
