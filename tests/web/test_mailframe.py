"""A designed mail in its frame: where its links may lead, and which pictures it may show."""

import pytest

from helpdesk.web.ticket.mailframe import framed

PAGE = "data:text/html,<h1>masuk</h1>"


@pytest.mark.parametrize("link", [
    PAGE, " " + PAGE, "DATA:text/html;base64,eA==", "da&#10;ta:text/html,x", "&#1;data:text/html,x",
    "data&colon;text/html,x", "data:image/png;base64,eA==", "javascript:x()", "vbscript:x", "/t/1", "//lain.example",
    "tickets",
])  # fmt: skip
def test_a_link_to_something_that_the_mail_brings_along_or_to_us_is_taken_out(link: str) -> None:
    shown = framed(f'<a href="{link}">klik</a>')
    assert "href" not in shown
    assert "klik</a>" in shown


@pytest.mark.parametrize(
    "link", ["https://kantor.example/a?b=1", "HTTP://kantor.example", "mailto:a@b.example", "tel:+62"]
)
def test_an_ordinary_link_stays(link: str) -> None:
    assert f'href="{link}"' in framed(f'<a href="{link}">klik</a>')


def test_a_picture_is_shown_only_where_the_mail_carries_it() -> None:
    assert 'src="data:image/png;base64,eA=="' in framed('<img src="data:image/png;base64,eA==">')
    for elsewhere in ("https://lain.example/a.png", "data:image/svg+xml,x", "data:text/html,x"):
        assert "src" not in framed(f'<img src="{elsewhere}">')
