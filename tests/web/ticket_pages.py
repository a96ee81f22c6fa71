"""Getting the ticket page of the staff, and sending its forms."""

from typing import Any

from tests.web.conftest import World


def shown(world: World, number: str, name: str = "rina", query: str = "") -> str:
    answer = world.entered(name).get(f"/tickets/{number}{query}")
    assert answer.status_code == 200
    return str(answer.text)


def send(world: World, number: str, action: str, name: str = "rina", **fields: Any) -> Any:
    browser = world.entered(name)
    given = {**{k.replace("__", "."): v for k, v in fields.items()}, "csrf_token": world.form_token(browser)}
    return browser.post(f"/tickets/{number}/actions/{action}", data=given)


def notice(page: str) -> str:
    """What stands over a page whose form came too late; empty when nothing does."""
    return page.partition('id="late">')[2].partition("</section>")[0]
