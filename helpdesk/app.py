"""The web application, wired: settings, catalogue, database, checks, routes."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk import config
from helpdesk.catalog.source import CatalogSource
from helpdesk.config import Settings
from helpdesk.resources import catalog_path, static_folder, templates_folder
from helpdesk.store import db
from helpdesk.timepiece import clock
from helpdesk.usecases.editions import recalled
from helpdesk.web import access, api, auth, chat, counter, errors, health, hooks, language, portal, security
from helpdesk.web.access import OPEN, require
from helpdesk.web.admin import routes as admin
from helpdesk.web.board import routes as board
from helpdesk.web.fault_frames import framed
from helpdesk.web.queue import routes as queue
from helpdesk.web.session import RowSessions
from helpdesk.web.ticket import routes as ticket
from helpdesk.web.work import Desk, Surroundings

BLUEPRINTS = (
    api.blueprint,
    hooks.blueprint,
    auth.blueprint,
    health.blueprint,
    language.blueprint,
    board.blueprint,
    counter.blueprint,
    ticket.blueprint,
    queue.blueprint,
    admin.blueprint,
    portal.blueprint,
    chat.blueprint,  # after the portal, which knows what a desk in an address is
)


def _settings(given: Settings | None) -> tuple[Settings, CatalogSource]:
    """The settings and the catalogue that they name; the desks of the catalogue say which mailboxes may be set."""
    first = given or config.load()
    source = CatalogSource.open(first.catalog or catalog_path())
    return given or config.load(tuple(source.newest.desks)), source


def _register_routes(app: Flask) -> None:
    app.view_functions["static"] = require(OPEN)(app.view_functions["static"])
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.check_marks(app)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (default: the environment).

    Raises ConfigError and CatalogErrors when it cannot work; opens no connection and starts no thread.
    """
    settings, source = _settings(settings)
    app = Desk(
        "helpdesk",
        template_folder=str(templates_folder()),
        static_folder=str(static_folder()),
        static_url_path="/static",
    )
    app.extensions["helpdesk"] = Surroundings(source, settings, clock(settings))
    app.session_interface = RowSessions(settings.secret_key, secure=settings.base_url.startswith("https://"))
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    db.attach(app, settings)
    source.recall = recalled(app)
    security.prepare(app, settings)
    app.before_request(access.check)
    app.before_request(security.check_form_token)
    errors.prepare(app, framed)
    language.prepare(app)
    _register_routes(app)
    return app
