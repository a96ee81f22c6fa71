"""A designed mail in its frame: where its links may lead, and which pictures it may show."""

import pytest

from helpdesk.web.ticket.mailframe import POLICY, framed

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


OUT = "https://lain.example/x"
LOADS = (
    f'<img srcset="{OUT} 1x">', f'<div style="background:url({OUT})">', f"<style>@import url({OUT});</style>",
    f'<video src="{OUT}" poster="{OUT}"></video>', f"<audio src={OUT}></audio>", f'<link rel="prefetch" href="{OUT}">',
    f'<iframe src="{OUT}"></iframe>', f'<table background="{OUT}"><tr><td background="{OUT}">', f'<embed src="{OUT}">',
    f'<meta http-equiv="refresh" content="0;url={OUT}">', f'<object data="{OUT}"></object>', f'<base href="{OUT}">',
    f'<svg><image href="{OUT}"/></svg>', f'<input type="image" src="{OUT}">', f'<body background="{OUT}">',
    f'<math><mtext><img src="{OUT}"></math>', f'<a ping="{OUT}">', f'<form action="{OUT}">',
)  # fmt: skip


@pytest.mark.parametrize("html", LOADS)
def test_s20_nothing_is_loaded_from_elsewhere(html: str) -> None:
    assert "lain.example" not in framed(f"{html}kata")
    assert {"default-src 'none'", "img-src data:", "sandbox"} <= set(POLICY.split("; "))
