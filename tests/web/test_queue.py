"""The technicians' queue, as a browser gets it."""

import html
import re

import pytest
from sqlalchemy import update

from helpdesk.store.db import unit_of_work
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.words import Status
from helpdesk.web.board.views import GROUP_TABS, queue_views
from tests.web.conftest import MEDAN, SEMARANG, World
from tests.web.lists import listed


def test_the_queue_shows_the_tickets_of_my_groups_only(both: World) -> None:
    both.ticket()
    mine, _other = both.ticket(group="rft-tik"), both.ticket(group="rft-bmn")
    shared = both.ticket(group="pusintek")
    assert listed(both, "/queue", "tono") == [mine]
    assert listed(both, "/queue", "pusat") == [shared]
    assert listed(both, "/queue?view=mine", "tono") == []
    both.api("tono").ok(mine, "take")
    assert listed(both, "/queue?view=mine", "tono") == [mine]
    assert listed(both, "/queue?view=free", "tono") == []


def test_a_row_and_the_filter_call_people_by_the_names_that_people_read(world: World) -> None:
    number = world.ticket(Status.IN_PROGRESS, group="rft-tik")
    with world.app.app_context(), unit_of_work() as session:
        session.execute(update(StaffUser).where(StaffUser.name == "rina").values(display_name="Rina Hasibuan"))
    page = world.entered("rina").get("/board?view=open").text
    assert "Dikerjakan · Rina Hasibuan · RFT TIK" in page
    assert '<option value="rina">Rina Hasibuan</option>' in page
    assert '<option value="tono">tono</option>' in page, "without a display name the user name stands"
    assert listed(world, "/board?view=open&assignee=rina") == [number]
    assert world.api("rina").get(f"/tickets/{number}").json["assignee"] == "rina", "a program reads the user name"


def test_a_group_of_several_desks_is_one_view_of_the_queue(both: World) -> None:
    here, there = both.ticket(group="rft-tik"), both.ticket(group="rft-tik", desk=SEMARANG)
    both.ticket(group="rft-bmn")
    assert both.entered("admin").get("/queue").text.count(">RFT TIK <") == 1
    assert sorted(listed(both, "/queue?view=rft-tik", "admin")) == [here, there]
    assert listed(both, f"/queue?view=rft-tik&desk={SEMARANG}", "admin") == [there]


@pytest.mark.parametrize("count", [2, GROUP_TABS + 1, GROUP_TABS + 2, 20])
def test_groups_beyond_a_row_of_tabs_stand_in_a_menu_and_none_is_left_out(world: World, count: int) -> None:
    groups = [f"g{n}" for n in range(count)]
    with world.app.test_request_context():
        views = queue_views((MEDAN,), [(g, MEDAN) for g in groups], {g: g.upper() for g in groups}, 1)
    assert [view.id for view in views][4:] == groups
    assert sum(view.tucked for view in views) == (count - GROUP_TABS if count > GROUP_TABS + 1 else 0)


def test_the_menu_of_the_other_groups_names_the_one_that_is_shown(world: World) -> None:
    page = world.entered("admin").get("/queue").text
    menu = re.search('<details class="menu rest".*?</details>', page, re.DOTALL)
    assert menu
    assert "Kelompok lain" in menu.group()
    last = html.unescape(re.findall(r'href="([^"]+)"', menu.group())[-1])
    there = re.search('<details class="menu rest".*?</summary>', world.entered("admin").get(last).text, re.DOTALL)
    assert there
    assert "Kelompok lain" not in there.group()
    counted = [int(n) for n in re.findall(r'data-count="(\d+)"', page)]
    assert counted == list(range(len(counted))), "the news counts the tabs and the menu in this order"
