"""What every answer carries and every request must pass: headers, trusted hosts, the origin of forms, form tokens."""

import secrets
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from helpdesk.config import Settings
from helpdesk.web.access import HOOKS_ROOT, PROGRAMS, audience_of_request
from helpdesk.web.work import READING_METHODS, context, surroundings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MEGABYTE = 1024 * 1024
LARGEST_REQUEST, LARGEST_INTERFACE_REQUEST, LARGEST_HOOK_REQUEST = 30 * MEGABYTE, MEGABYTE, 3 * MEGABYTE
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
protection = CSRFProtect()


def csp_nonce() -> str:
    """The nonce that scripts of this answer carry (128 bits, fresh for each request)."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def test_now() -> str:
    """The standing clock of a test as every page shows it; empty outside of tests."""
    settings = surroundings().settings
    if not settings.testing or not (settings.test_now or settings.test_now_file):
        return ""
    return context().now.astimezone(ZoneInfo("Asia/Jakarta")).strftime("%Y-%m-%d %H:%M:%S WIB")


def local_path(asked: str, otherwise: str) -> str:
    """`asked` when it is a path of this site and nothing else, else `otherwise`: no way to an open redirect."""
    plain = asked.startswith("/") and not asked.startswith("//") and "\\" not in asked and asked.isprintable()
    if not plain or len(asked) > 2000:
        return otherwise
    try:
        parts = urlsplit(asked)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else asked


def _check_origin() -> None:
    """A form that another site sends is refused, whatever cookies come along."""
    origin = request.headers.get("Origin")
    if origin is None or request.method in READING_METHODS or request.path.startswith("/api/"):
        return
    if origin not in (request.host_url.rstrip("/"), surroundings().settings.base_url):
        raise Forbidden


def requested_host() -> str:
    """The host that the request names, without its port, in lower case; empty when it names none."""
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""


def _check_host() -> None:
    """Only the configured host and this machine's own names are served, so that no link of ours leads elsewhere."""
    ours = urlsplit(surroundings().settings.base_url).hostname
    if requested_host() not in LOOPBACK | {ours}:
        raise BadRequest


def _refuse_nul() -> None:
    """No text with NUL reaches a database: an address with one leads nowhere, a form with one is refused."""
    if "\x00" in request.path:
        raise NotFound
    if request.path.startswith(PROGRAMS):
        return  # the schemas refuse the field by its name; what platforms bring is cleaned when it is read
    form = request.form if request.method == "POST" else {}
    if any("\x00" in text for texts in (request.args, form) for text in texts.values()):
        raise BadRequest


def _limit_interface_bodies() -> None:
    if request.path.startswith("/api/"):
        request.max_content_length = LARGEST_INTERFACE_REQUEST
    elif request.path.startswith(HOOKS_ROOT):
        request.max_content_length = LARGEST_HOOK_REQUEST


def _headers(answer: Response) -> Response:
    headers = answer.headers
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if surroundings().settings.base_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return answer


def prepare(app: Flask, settings: Settings) -> None:
    """Set the limits and register the checks; the form tokens are checked after the caller is known."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=MEGABYTE,
        MAX_FORM_PARTS=500,
        PREFERRED_URL_SCHEME=urlsplit(settings.base_url).scheme or "http",
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session that it belongs to
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.jinja_env.globals.update(csp_nonce=csp_nonce, test_now=test_now)
    app.before_request(_limit_interface_bodies)
    app.before_request(_check_host)
    app.before_request(_refuse_nul)
    app.before_request(_check_origin)
    app.after_request(_headers)
    protection.init_app(app)


def check_form_token() -> None:
    """Refuse an unsafe request without this session's form token; a route that takes no cookies needs none."""
    audience = audience_of_request()
    if audience is not None and audience.session:
        protection.protect()
