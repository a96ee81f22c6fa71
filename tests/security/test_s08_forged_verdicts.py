"""S08: what a sender smuggles into the field of the own server is no verdict about the sender."""

import time

import pytest

from helpdesk.channels.email.authentication import dmarc
from helpdesk.channels.email.wire import Part

OURS = "mx.ours"

FORGED = [
    ('spf=pass smtp.mailfrom="x dmarc=pass y"@evil; dmarc=fail', "fail"),
    ('spf=pass smtp.helo="x;dmarc=pass"; dmarc=fail', "fail"),
    ('spf=pass reason="x dmarc=pass y"; dmarc=fail', "fail"),
    ('spf=pass smtp.mailfrom="(x"@evil; dmarc=fail', "fail"),
    (r'spf=pass smtp.mailfrom="x\";dmarc=pass;\""@evil; dmarc=fail', "fail"),
    (r'spf=pass smtp.mailfrom="x\\"@evil; dmarc=fail', "fail"),
    (r"spf=pass (x\); dmarc=pass; y); dmarc=fail", "fail"),
    (r"spf=pass (x(; dmarc=pass;)y); dmarc=fail", "fail"),
    ('spf=pass (a " in a comment); dmarc=fail', "fail"),
    ("spf=pass smtp.mailfrom=x dmarc=pass; dmarc=fail", "fail"),
    ("spf=pass smtp.mailfrom=x dmarc=pass", ""),
    ('spf=pass smtp.helo="x;dmarc=pass"', ""),
    ("x-dmarc=pass; dmarcx=pass; arc.dmarc=pass", ""),
    ('dmarc="pass"', ""),
    ('dmarc=pass"x"', ""),
    ("dmarc=pass; dmarc=fail", "fail"),
    ("dmarc=none; dmarc=pass", "fail"),
    ("spf=pass smtp.mailfrom=x;dmarc=pass@evil; dmarc=fail", "fail"),
    ('spf=pass smtp.mailfrom="x; dmarc=pass', "fail"),
    ('dmarc=pass; spf=pass smtp.mailfrom="x', "fail"),
    ("dmarc=pass; spf=pass (x", "fail"),
    (r"dmarc=pass; spf=pass (x\)", "fail"),
    ("spf=pass (domain of x); dmarc=pass (@evil))", "fail"),
]

HONEST = [
    ("dmarc=pass header.from=kantor.example", "pass"),
    ("spf=pass; DMARC (p=none) = (really) Pass(dis=none) header.from=kantor.example", "pass"),
    ("dmarc/1=pass", "pass"),
    ("dmarc / 1 = pass", "pass"),
    ("dmarc=pass header.from=a; dmarc=pass header.from=b", "pass"),
    ('spf=pass smtp.mailfrom="budi (medan); a"@kantor.example; dmarc=pass', "pass"),
    ("dmarc=reject", "fail"),
    ("dmarc=none", ""),
    ("none", ""),
]


def verdict(*fields: str) -> str:
    return dmarc(Part([("authentication-results", field.encode()) for field in fields], b""), OURS)


@pytest.mark.parametrize(("results", "expected"), FORGED + HONEST)
def test_only_a_statement_of_the_own_server_is_a_verdict(results: str, expected: str) -> None:
    assert verdict(f"{OURS}; {results}") == expected


@pytest.mark.parametrize("host", ['"mx.ours"', "(mx.ours)", '"mx.ours', "(x mx.ours", "mx.evil"])
def test_a_field_of_somebody_else_neither_passes_nor_fails(host: str) -> None:
    assert verdict(f"{host}; dmarc=pass") == ""
    assert verdict(f"{host}; dmarc=fail", f"{OURS}; dmarc=pass") == "pass"


M365 = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim=pass header.d=a.example;dmarc=pass action=none"


def test_a_server_without_a_name_is_believed_only_where_it_is_configured_so_and_only_in_the_topmost_field() -> None:
    def anonymous(*fields: str) -> str:
        return dmarc(Part([("authentication-results", field.encode()) for field in fields], b""), "-")

    assert anonymous(M365) == "pass"
    assert anonymous(M365.replace("dmarc=pass", "dmarc=fail"), M365) == "fail"
    assert anonymous("mx.evil; dmarc=pass", M365) == "", "the own server wrote nothing: what is left is a stranger's"
    assert anonymous("mx.evil 1; none") == anonymous() == ""
    assert verdict(M365) == "", "nobody's word counts where a name is configured"


def test_a_verdict_behind_a_long_local_part_is_still_found() -> None:
    assert verdict(f'{OURS}; spf=pass smtp.mailfrom="{"x" * 60_000}"@evil; dmarc=fail') == "fail"


@pytest.mark.parametrize("filler", ["(", ")", '"', "\\", ";", '"\\', "dmarc=", "dmarc ", " "])
def test_the_longest_field_is_read_in_linear_time(filler: str) -> None:
    field = f"{OURS}; " + filler * (500_000 // len(filler))
    began = time.process_time()
    assert verdict(field) in ("", "fail")
    assert time.process_time() - began < 2


def test_a_verdict_is_read_in_no_charset_of_the_senders() -> None:
    results = f"{OURS}; spf=pass smtp.mailfrom=a+ADs-dmarc+AD0-pass+ADs-@evil".encode()
    assert dmarc(Part([("authentication-results", results)], b"", params={"charset": "utf-7"}), OURS) == ""
