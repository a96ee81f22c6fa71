"""S01, the Ticket Trick: mail for somebody's address must not be read by one who merely claims that address."""

import re

from tests.security.conftest import Yard
from tests.usecases.post import letter
from tests.web.conftest import form_token

CANARY = "kode-7K4Q-831902"
SLACK = "no-reply@slack.example"
CODE = re.compile(r"(?<![-\d])\d{6}\b")


def test_a_confirmation_mail_of_another_service_is_answered_to_nobody(yard: Yard) -> None:
    raw = letter(f"Your confirmation code is {CANARY}", From=f"Slack <{SLACK}>", Subject=f"Confirm {CANARY}")
    number = yard.arrives(raw)
    assert yard.office.value(number, "status") == "new"
    assert yard.mails() == []


def test_who_has_not_proved_the_address_sees_nothing_of_its_tickets(yard: Yard) -> None:
    number = yard.arrives(letter(f"code {CANARY}", From=SLACK, Subject=f"Confirm {CANARY}"))
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
