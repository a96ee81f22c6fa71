"""S01, the Ticket Trick: mail for somebody's address must not be read by one who merely claims that address."""

import re
import time

import pytest

from helpdesk.tickets.sign_ups import looks_like_a_sign_up
from tests.security.conftest import Yard
from tests.usecases.post import letter
from tests.web.conftest import form_token

CANARY = "kode-7K4Q-831902"
SLACK = "no-reply@slack.example"
CODE = re.compile(r"(?<![-\w])\d{6}\b")


SIGN_UPS = {
    "a code from nobody": letter(f"Your confirmation code is {CANARY}", From=SLACK, Message_ID="<1@s>"),
    "a code first": letter("482913 is your Slack code", From=SLACK, Message_ID="<0@s>"),
    "a link of a robot": letter("https://slack.example/c?t=9f", Subject="Confirm your e-mail address",
                                Auto_Submitted="auto-generated", Message_ID="<2@s>"),
    "a code over a list": letter("Kode verifikasi Anda:\n\n482 913", List_Id="<akun.s.example>", Message_ID="<3@s>"),
    "in Indonesian": letter("Klik https://s.example/x", Subject="Konfirmasi alamat surel Anda", Precedence="bulk",
                            Message_ID="<4@s>"),
}  # fmt: skip
ORDINARY = {
    "a person about a code": letter("Kode verifikasi 482913 tidak berlaku, mohon dibantu.", Message_ID="<5@s>"),
    "a robot with a code of another kind": letter("Kode Satker: 411792", From=SLACK, Message_ID="<7@s>"),
    "a robot with numbers": letter("Disk 20261122 penuh 98 %", Subject="ALARM", Auto_Submitted="auto-generated",
                                   Message_ID="<6@s>"),
}  # fmt: skip


def test_mail_that_proves_an_address_to_another_service_is_kept_for_few_and_answered_to_nobody(yard: Yard) -> None:
    for kind, raw in SIGN_UPS.items():
        assert yard.arrives(raw) == "", kind
    assert [state for state, _reason in yard.post.raws()] == ["quarantined"] * len(SIGN_UPS)
    assert yard.mails() == []
    for kind, raw in ORDINARY.items():
        assert yard.arrives(raw) != "", kind


@pytest.mark.parametrize("filler", ["confirm ", "code ", "kode\n", "1", "atur ulang "])
def test_the_longest_mail_is_looked_at_in_no_time(filler: str) -> None:
    began = time.process_time()
    looks_like_a_sign_up(filler * 500, filler * 500_000)
    assert time.process_time() - began < 0.5


def test_who_has_not_proved_the_address_sees_nothing_of_its_tickets(yard: Yard) -> None:
    number = yard.arrives(letter(f"isi {CANARY}", From=SLACK, Subject=f"Tagihan {CANARY}"))
    assert number != ""
    browser = yard.world.browser()
    asked = {"csrf_token": form_token(browser, "/my/sign-in"), "email": SLACK}
    shown = [browser.post("/my/code", data=asked, follow_redirects=True)]
    shown += [browser.get(path) for path in ("/", "/my", f"/my/{number}", "/my/code", f"/t/1-{'0' * 40}", "/board")]
    shown += [browser.get(f"/board/{number}"), browser.get(f"/api/v1/tickets/{number}"), browser.get("/?q=" + CANARY)]
    shown += [yard.world.proved("penyerang@lain.example").get(path) for path in ("/my", f"/my/{number}")]
    for answer in shown:
        assert CANARY not in answer.text.replace(f"q={CANARY}", ""), answer.request.path
    assert CANARY not in yard.told()


def test_the_code_that_proves_an_address_goes_to_that_address_only(yard: Yard) -> None:
    yard.arrives(letter(From="korban@kantor.example"))
    browser = yard.world.browser()
    asked = {"csrf_token": form_token(browser, "/my/sign-in"), "email": "korban@kantor.example"}
    page = browser.post("/my/code", data=asked, follow_redirects=True).text
    (code,) = [(to, found) for to, mail, _raw in yard.mails() if (found := CODE.search(_plain(mail)))]
    assert code[0] == "korban@kantor.example"
    assert code[1][0] not in page


def _plain(mail) -> str:
    return mail.get_body(("plain",)).get_content()
