"""Who wrote: one strict address or an unknown sender."""

import time

import pytest

from helpdesk.channels.base import Address
from helpdesk.channels.email.addresses import addr_spec, all_mailboxes, bare_addresses, mailboxes

ONE = [
    ("budi@kemenkeu.example", "budi@kemenkeu.example", ""),
    ("Budi Santoso <Budi@Kemenkeu.Example>", "budi@kemenkeu.example", "Budi Santoso"),
    ('"Santoso, Budi" <budi@x.example>', "budi@x.example", "Santoso, Budi"),
    ("Santoso, Budi <budi@x.example>", "budi@x.example", "Santoso, Budi"),
    ('"alice@x" <bob@y>', "bob@y", "alice@x"),
    ("alice@x <bob@y>", "bob@y", "alice@x"),
    ("bob@x.example (Bob)", "bob@x.example", "Bob"),
    ("Kantor | [x.example] <a@b.example>", "a@b.example", "Kantor | [x.example]"),
    ("Bob <'bob@x.example'>", "bob@x.example", "Bob"),
    ("<mailto:bob@x.example>", "bob@x.example", ""),
    ("=?utf-8?q?B=C3=BCdi?= <b@x.example>", "b@x.example", "Büdi"),
    ('"tanpa penutup <a@b.example>', "a@b.example", "tanpa penutup"),
    ("a@b.example.", "a@b.example", ""),
    ("a+b@b.example", "a+b@b.example", ""),
    ('"x\u202egnp" <a@b.example>', "a@b.example", "xgnp"),
    ('"a\r\nBcc: z@z" <a@b.example>', "a@b.example", "a Bcc: z@z"),
]
UNKNOWN = [
    "<aaa@bbb>ccc@ddd",
    "attacker(&email=v@v&)@a",
    "(c) a@b",
    '"b@evil"@ok',
    "a@ok)b@evil",
    "a@ok\x00@evil",
    "a@@b",
    "@",
    "<a@b",
    "<<a@b>>",
    "<a@b> <c@d>",
    "<@relay,@other:a@b>",
    "=?utf-8?q?x=40ok?=@evil",
    "a b@c.example",
    "a@[192.0.2.1]",
    "büdi@x.example",
    "a@exämple.example",
    "a..b@x.example",
    ".a@x.example",
    "a" * 65 + "@x.example",
    "Hanya Nama",
    "a@-x.example",
    "a@x..example",
    "a@b\u3002example",
]


@pytest.mark.parametrize(("value", "email", "name"), ONE)
def test_one_certain_address_is_read_with_its_name(value: str, email: str, name: str) -> None:
    assert mailboxes(value) == [Address(email, name)]


@pytest.mark.parametrize("value", UNKNOWN)
def test_what_may_mean_two_things_is_nobody(value: str) -> None:
    assert [a.email for a in mailboxes(value)] in ([""], [])


@pytest.mark.parametrize(
    ("value", "emails"),
    [
        ("a@x.example, b@y.example", ["a@x.example", "b@y.example"]),
        ("a@x.example; b@y.example;", ["a@x.example", "b@y.example"]),
        ("tim: a@x.example, B <b@y.example>;", ["a@x.example", "b@y.example"]),
        ("undisclosed-recipients:;", []),
        ('"LTD" <>, "LTD" <ly@x.example>', ["", "ly@x.example"]),
        ('"a, b" <c@x.example>, d@x.example', ["c@x.example", "d@x.example"]),
        ("", []),
        (" , ,, ", []),
    ],
)
def test_lists_and_groups_are_taken_apart(value: str, emails: list[str]) -> None:
    assert [a.email for a in mailboxes(value)] == emails


def test_each_certain_address_counts_once() -> None:
    found = all_mailboxes(["A <a@x.example>, a@x.example", "kacau <", "a@x.example, b@x.example"])
    assert found == (Address("a@x.example", "A"), Address("b@x.example"))


def test_free_text_gives_its_addresses_in_order() -> None:
    assert bare_addresses("550 <b@x.example>: tidak ada; lihat a@y.example.") == ["b@x.example", "a@y.example"]


def test_an_address_is_one_value_for_every_use() -> None:
    assert addr_spec(" Budi@X.Example ") == addr_spec("budi@x.example") == "budi@x.example"


@pytest.mark.parametrize("seed", ["(", "<", '"', "\\", "a,", ":", '"a" <', "a@b.c,", '(")', "<a@b> ", "=?a?b?", "@,"])
def test_reading_addresses_takes_time_in_proportion(seed: str) -> None:
    began = time.perf_counter()
    mailboxes(seed * (65_536 // len(seed)))
    assert time.perf_counter() - began < 1.0
