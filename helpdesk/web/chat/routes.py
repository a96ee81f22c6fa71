"""Reading the conversation, writing, pressing a button, a file, leaving it. Looking changes nothing."""

import re

from flask import Response, abort, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.catalog.model import Desk
from helpdesk.channels.chat.marks import marked_up
from helpdesk.channels.chat.model import Choice, Media
from helpdesk.channels.web_chat.message import LONGEST, LONGEST_NAME, Written, typed_name, typed_text
from helpdesk.channels.web_chat.visitor import account_of, new_token
from helpdesk.store.blobs import BlobStore
from helpdesk.store.chat_models import ChatAccount
from helpdesk.usecases.chat.identifying import asks_for_code
from helpdesk.usecases.chat.placing import HERE
from helpdesk.usecases.chat.saying import phrase
from helpdesk.usecases.chat.visiting import (
    ShownFile,
    conversation,
    message_in,
    newest_of,
    offered,
    receive_written,
    visitor,
)
from helpdesk.usecases.portal_form import FILE_BYTES, Check, checked_files
from helpdesk.web.access import PUBLIC, require
from helpdesk.web.chat import blueprint
from helpdesk.web.chat.cookie import COOKIE, DAYS, known_account, remember
from helpdesk.web.chat.page import PICTURES, bubbles
from helpdesk.web.language import COOKIE as LANGUAGE
from helpdesk.web.language import language
from helpdesk.web.portal.browse import opening_of
from helpdesk.web.portal.fields import said
from helpdesk.web.portal.limits import CHAT, CODE, too_many
from helpdesk.web.portal.sending import form_token
from helpdesk.web.portal.shell import shell
from helpdesk.web.portal.standard import Present
from helpdesk.web.portal.uploads import uploaded
from helpdesk.web.portal.words import _
from helpdesk.web.work import context, database, surroundings

FILE_POLICY = "sandbox; default-src 'none'"
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
WORDS = ("status", "tiket saya", "bantuan"), ("status", "my tickets", "help")
"""Words that can be pressed beside the field, in both languages; a person may as well type them."""


class Refused(Exception):
    """Nothing is kept of what came: why, in the reader's language, and the status of the answer."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.text, self.status = text, status


def _desk(name: str) -> Desk:
    if not surroundings().settings.chat.web:
        abort(404)
    return context().desk(name)


def _values(desk: Desk, account: str, kept: str, problem: str) -> dict[str, object]:
    known = visitor(database(), desk.id, account)
    messages = conversation(database(), known) if known else []
    at = Present(context().now, desk, language())
    return {
        "desk": desk,
        "messages": bubbles(messages, at),
        "newest": messages[-1].id if messages else 0,
        "named": bool(known and known.name) or bool(messages),
        "welcome": marked_up(phrase(language(), "welcome", desk=desk)),
        "words": WORDS[language() == "en"],
        "form_token": form_token(),
        "kept": kept,
        "problem": problem,
        "longest": LONGEST,
        "longest_name": LONGEST_NAME,
        "most_bytes": FILE_BYTES,
        "days": DAYS,
    }


def _page(desk: Desk, account: str, *, kept: str = "", problem: str = "", status: int = 200) -> Response:
    """The whole page, or for its script the part that changes."""
    values = _values(desk, account, kept, problem)
    if request.values.get("part"):
        return make_response(render_template("chat/talk.html", **values), status)
    return make_response(
        render_template("chat/page.html", shell=shell(desk, "chat"), opening=opening_of(desk), **values), status
    )


def _state(desk: Desk, account: str) -> str:
    """What the part of the page that changes depends on."""
    known = visitor(database(), desk.id, account)
    newest = newest_of(database(), known) if known else 0
    return f"{newest}-{language()}-{context().now.astimezone(desk.zone).date().isoformat()}"


@blueprint.get("/<desk:desk>")
@require(PUBLIC)
def show(desk: str) -> AnyResponse:
    """The conversation of this browser; `part`: only what changes, and 304 where nothing has changed."""
    chosen, account = _desk(desk), known_account()
    if not request.args.get("part"):
        answer = _page(chosen, account)
        remember(answer)
        return answer
    state = _state(chosen, account)
    answer = make_response("", 304) if state in request.if_none_match else _page(chosen, account)
    answer.set_etag(state)
    return answer


@blueprint.post("/<desk:desk>")
@require(PUBLIC)
def write(desk: str) -> AnyResponse:
    """One message, or a pressed button; the same form sent twice is one."""
    chosen = _desk(desk)
    token = "" if known_account() else new_token()
    account = known_account() or account_of(token)
    refused = _receive(chosen, account)
    if refused is not None:
        kept = typed_text(request.form.get("text", ""))[:LONGEST]
        return _page(chosen, account, kept=kept, problem=refused.text, status=refused.status)
    if request.form.get("part"):
        answer: AnyResponse = _page(chosen, account)
        answer.set_etag(_state(chosen, account))
    else:
        answer = redirect(f"{url_for('chat.show', desk=desk)}#newest", 303)
    remember(answer, token)  # type: ignore[arg-type]
    return answer


def _receive(desk: Desk, account: str) -> Refused | None:
    """Keep what came and answer it; else why not."""
    known = visitor(database(), desk.id, account)
    try:
        text, pressed, media, contents = _came(known)
        _check_amount(known, account, text)
    except Refused as refused:
        return refused
    key = request.form.get("form_token", "")
    written = Written(
        desk=desk.id,
        account=account,
        key=f"web-{key if _KEY.fullmatch(key) else form_token()}",
        text=text,
        name=typed_name(request.form.get("name", "")),
        language=language() if request.cookies.get(LANGUAGE) else "",
        pressed=pressed,
        media=media,
    )
    receive_written(database(), context(), written, contents)
    return None


def _came(known: ChatAccount | None) -> tuple[str, Choice | None, list[Media], list[bytes]]:
    """The words, the button, the files and their bytes: a button and a word beside the field come alone."""
    if payload := request.form.get("press", ""):
        return "", _pressed(known, payload), [], []
    if word := typed_text(request.form.get("word", ""))[:LONGEST]:
        return word, None, [], []
    text, (media, contents) = typed_text(request.form.get("text", "")), _files()
    if not text and not contents:
        raise Refused(_("Write a message, or choose a file."), 422)
    if len(text) > LONGEST:
        raise Refused(_("A message has at most %(count)s characters.", count=LONGEST), 422)
    return text, None, media, contents


def _pressed(known: ChatAccount | None, payload: str) -> Choice:
    """The button that was pressed; one that nobody offered to this visitor does nothing."""
    found = offered(database(), known, payload) if known else None
    if found is None:
        raise Refused(_("That button is no longer there. Please write what you need."), 422)
    return found


def _files() -> tuple[list[Media], list[bytes]]:
    came, check = uploaded(), Check({})
    files = checked_files(check, (), came.files)
    for error in check.errors.values():
        raise Refused(said(error), 422)
    media = [
        Media(id=f"{HERE}{f.sha256}", name=f.name, media_type=f.media_type, size=f.size, sha256=f.sha256) for f in files
    ]
    return media, came.contents


def _check_amount(known: ChatAccount | None, account: str, text: str) -> None:
    """Enough for people, too little for machines; an address that is to get a code counts as it does elsewhere."""
    if too_many(CHAT, account):
        raise Refused(_("These are many messages in a short time. Please wait a moment, then send it again."), 429)
    address = asks_for_code(known, text) if known else ""
    if address and too_many(CODE, address):
        raise Refused(_("Too many codes were asked for; please wait an hour."), 429)


@blueprint.post("/<desk:desk>/leave")
@require(PUBLIC)
def leave(desk: str) -> AnyResponse:
    """Begin anew: this browser forgets the conversation; its tickets stay as they are."""
    _desk(desk)
    answer = redirect(url_for("chat.show", desk=desk), 303)
    answer.delete_cookie(COOKIE, path="/chat")
    return answer


@blueprint.get("/<desk:desk>/files/<int(max=9007199254740991):message>/<int(max=999):part>")
@require(PUBLIC)
def file(desk: str, message: int, part: int) -> Response:
    """A file of this browser's own conversation; pictures are shown, everything else is only ever for download."""
    known = visitor(database(), _desk(desk).id, known_account())
    shown = message_in(database(), known, message) if known else None
    if shown is None or part >= len(shown.files):
        abort(404)
    return _sent(shown.files[part])


def _sent(kept: ShownFile) -> Response:
    try:
        path = BlobStore(surroundings().settings.data).path(kept.sha256)
    except FileNotFoundError:
        abort(404)
    picture = kept.media_type in PICTURES
    media_type = kept.media_type if picture else "application/octet-stream"
    sent = send_file(path, media_type, as_attachment=not picture, download_name=kept.name, etag=False)
    sent.headers["Content-Security-Policy"] = FILE_POLICY
    sent.headers["Cache-Control"] = "private, no-store"
    return sent
