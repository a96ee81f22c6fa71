"""Mail by which another service makes sure that somebody owns an address: codes and links that nobody else may see.

Whoever gives the desk's address to such a service, and then reads the ticket that its mail became, is in there as the
desk. Such mail is for few eyes, and no requester's. Source: threats S01 (the Ticket Trick).
"""

import re

LOOKED_AT = 5_000
_NUMBER = r"(?:(?<![0-9])[0-9]{4,8}(?![0-9])|\b[0-9]{3}[ -][0-9]{3}\b)"
_NAMED = (
    r"(?:\b(?:verification|confirmation|security|log-?in|sign-?in|one-?time|access|your)"
    r"[ -](?:code|pin|password|passcode)\b"
    r"|\bkode\s+(?:verifikasi|konfirmasi|keamanan|otp|masuk|akses|aktivasi|rahasia)\b|\botp\b|\bpasscode\b)"
)
_SUBJECT = re.compile(
    r"\b(?:confirm|verify|validate|activate)\b.{0,40}\b(?:e-?mail|address|account|sign-?up|registration|identity)\b"
    r"|\b(?:log-?in|sign-?in|magic) link\b|\bconfirm\b.{0,40}\bsubscription\b"
    r"|\breset\b.{0,20}\bpassword\b|\batur ulang\b.{0,20}\b(?:kata sandi|sandi|password)\b"
    r"|\b(?:konfirmasi|verifikasi|aktivasi|aktifkan)\b.{0,40}\b(?:surel|e-?mail|akun|alamat|pendaftaran|langganan)\b|"
    + _NAMED,
    re.IGNORECASE,
)
_PROOF = re.compile(rf"https?://|{_NUMBER}")
_CODE = re.compile(
    rf"{_NAMED}[\s\S]{{0,100}}?{_NUMBER}|{_NUMBER}.{{0,30}}\b(?:is your|adalah)\b.{{0,30}}\b(?:code|kode|otp|pin)\b",
    re.IGNORECASE,
)


def looks_like_a_sign_up(subject: str, text: str) -> bool:
    """True for the words of a one-time code, or of a request to confirm an address, with the code or the link.

    To be asked of mail that a machine wrote: people write about codes, too.
    """
    subject, text = subject[:500], text[:LOOKED_AT]
    return bool(_SUBJECT.search(subject) and _PROOF.search(f"{subject}\n{text}")) or bool(
        _CODE.search(f"{subject}\n{text}")
    )
