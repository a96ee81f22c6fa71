"""Only what Meta signed over exactly these bytes is genuine."""

import pytest

from helpdesk.channels.whatsapp.signature import is_genuine, signed

BODY = rb'{"text": "Gr\u00fc\u00dfe \ud83d\udc4d \/"}'


def test_the_platforms_own_example_is_signed_alike() -> None:
    assert signed(b"test", "secret") == "sha256=0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914"


def test_each_configured_secret_may_have_signed() -> None:
    assert is_genuine(BODY, signed(BODY, "lama"), ["baru", "lama"])
    assert is_genuine(BODY, signed(BODY, "baru"), ["baru", "lama"])


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        signed(BODY, "lain"),
        signed(BODY, ""),
        signed(BODY + b" ", "baru"),
        signed(BODY, "baru").removeprefix("sha256="),
        signed(BODY, "baru").upper(),
        signed(BODY, "baru")[:-1],
        "sha256=é\ud800",
    ],
)
def test_every_other_signature_and_none_at_all_is_refused(signature: str | None) -> None:
    assert not is_genuine(BODY, signature, ["baru", ""])
    assert not is_genuine(BODY, signature, [])
