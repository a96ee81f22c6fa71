"""A mail as it was designed, made harmless: for a frame without rights and under a policy that loads nothing."""

import hashlib
from base64 import b64encode

import nh3

LONGEST = 500_000
STYLE = "body{font:14px/20px system-ui,sans-serif;color:#19202a;background:#fff;margin:12px;overflow-wrap:anywhere}"
_STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; sandbox; frame-ancestors 'self'"
"""The one style is ours, by its hash; a frame without rights has no origin that 'self' could mean."""

_LEADS_TO = ("http://", "https://", "mailto:", "tel:")
_WORDS = """a abbr b blockquote br caption center code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img
    ins kbd li ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u ul"""
_LOOKS = frozenset({"align", "valign", "width", "height", "bgcolor", "color", "dir", "border", "cellpadding"})
_ATTRIBUTES = {
    "*": set(_LOOKS),
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", *_LOOKS},
    "th": {"colspan", "rowspan", *_LOOKS},
    "font": {"color", "face", "size"},
}


def _harmless(tag: str, attribute: str, value: str) -> str | None:
    """Pictures only where the mail carries them itself: nothing is fetched, so nobody learns that it was read.

    Links lead elsewhere: neither to a page that the mail brings along nor to one of ours.
    """
    if tag == "img" and attribute == "src":
        return value if value.startswith(("data:image/png", "data:image/jpeg", "data:image/gif")) else None
    if attribute == "href":
        return value if value.strip().lower().startswith(_LEADS_TO) else None
    return value


def framed(html: str) -> str:
    """A whole page with the sanitised mail; links open outside the frame's site without a referrer."""
    clean = nh3.clean(
        html[:LONGEST],
        tags=set(_WORDS.split()),
        attributes=_ATTRIBUTES,
        attribute_filter=_harmless,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel="noopener noreferrer nofollow",
    )
    return f'<!doctype html><html><head><meta charset="utf-8"><style>{STYLE}</style></head><body>{clean}</body></html>'
