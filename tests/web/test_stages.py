"""The stages of a procedure: recorded by staff on the page and over the interface, shown to everybody concerned."""

import re
from html import unescape

from tests.web.conftest import RESET, World
from tests.web.visitor import WATI, link

DESK, SOCIALISATION = "setneg-ortala", "setneg.7/policy-dissemination"
FIRST, COMMITTEE, SPEAKERS = "Arahan dan penugasan berjenjang", "Pembentukan panitia", "Permohonan narasumber"


def procedure(world: World) -> str:
    sent = {"desk": DESK, "item": SOCIALISATION, "channel": "walk-in", "subject": "Sosialisasi", "text": "Mohon."}
    number: str = (
        world.api("admin").post("/tickets", {**sent, "requester": {"name": "Wati", "email": WATI}}).json["number"]
    )
    return number


def ended(world: World, number: str) -> dict[str, str | None]:
    stages = world.api("admin").get(f"/tickets/{number}/stages").json["stages"]
    return {s["name"]: s["ended_at"] for s in stages if s["ended_at"]}


def marked(page: str, look: str) -> list[str]:
    """The numbers of the stages that look so: done, wanted."""
    return re.findall(rf'<li class="{look}(?: may)?">.*?>?(\d\w*)\. ', page)


def test_staff_tick_stages_off_on_the_page_which_says_what_is_next(world: World) -> None:
    number, browser = procedure(world), world.entered("admin")
    due = world.row(number).resolution_due_at
    world.move(hours=2)
    page = browser.get(f"/tickets/{number}").text
    names = [unescape(n) for n in re.findall(r'type="checkbox" name="stages\.([^"]*)"', page)]
    assert (len(names), names[0]) == (9, FIRST)
    assert marked(page, "wanted") == ["1"]

    token = {"csrf_token": world.form_token(browser)}
    sent = {**token, f"stages.{FIRST}": "true", "stages_at": "2026-11-23T09:15"}
    answer = browser.post(f"/tickets/{number}/actions/set", data=sent)
    assert (answer.status_code, answer.location.partition("#")[2]) == (303, "s-stages")
    assert ended(world, number) == {FIRST: "2026-11-23T09:15:00+07:00"}
    page = browser.get(f"/tickets/{number}").text
    assert (marked(page, "done"), marked(page, "wanted")) == (["1"], ["2a", "2b"])
    assert "mencatat tahap: Arahan dan penugasan berjenjang" in page
    assert world.row(number).resolution_due_at == due

    browser.post(f"/tickets/{number}/actions/set", data={**token, f"stages.{FIRST}": "false"})
    assert ended(world, number) == {}


def test_the_interface_takes_names_and_numbers_and_the_requester_sees_them(world: World) -> None:
    number = procedure(world)
    world.move(hours=3)
    shown = world.api("admin").ok(number, "set", {"stages": {"1": True, COMMITTEE: "2026-11-23T10:00:00+07:00"}})
    assert shown["status"] == "new"
    first, committee, speakers = world.api("admin").get(f"/tickets/{number}/stages").json["stages"][:3]
    assert (first["step"], first["ended_at"]) == ("1", "2026-11-23T11:00:00+07:00")
    assert (committee["name_en"], committee["ended_at"][11:16]) == ("Forming the committee", "10:00")
    assert (speakers["name"], speakers["ended_at"]) == (SPEAKERS, None)
    assert [e["action"] for e in shown["events"]] == ["open", "set"]
    again = world.api("admin").ok(number, "set", {"stages": {COMMITTEE: "2026-11-23T10:00:00+07:00"}})
    assert len(again["events"]) == 2, "what is known already is no event"
    page = world.browser().get(link(world, number)).text
    assert f"1. {FIRST}: selesai Senin, 23 November 2026 pukul 11.00 WIB." in page


def test_what_cannot_be_is_refused(world: World) -> None:
    number, plain, admin = procedure(world), world.ticket(item=RESET), world.api("admin")
    for stages in (
        {"9z": True},
        {"1": "2026-11-23T07:59:59+07:00"},
        {"1": "2030-01-01T08:00:00+07:00"},
        {"1": "gestern"},
        {"1": 1},
        ["1"],
    ):
        assert admin.act(number, "set", {"stages": stages}).status_code == 422, stages
    assert admin.act(plain, "set", {"stages": {"1": True}}).status_code == 422
    assert admin.get(f"/tickets/{plain}/stages").json == {"stages": []}
    assert ended(world, number) == {}
