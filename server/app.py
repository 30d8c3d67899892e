"""create_app: the only place where everything meets."""

from __future__ import annotations

import logging

from flask import Flask
from flask_login import AnonymousUserMixin

from server import cli
from server.api import checklists, enrolments, leases, mark_leases, minutes, photos, rules, sync, uploads
from server.db import engine
from server.extensions import csrf, db, limiter, login, migrate
from server.pages import (
    account,
    api_docs,
    blanks,
    campaign_sites,
    cases,
    certificates,
    conflicts,
    establishments,
    fees,
    follow_up,
    imports,
    inspection_papers,
    inspections,
    instruments,
    language,
    limits,
    marks,
    marks_out,
    mergers,
    numbers,
    organisations,
    other_inspections,
    people,
    planning,
    prices,
    printing,
    programme,
    public_minutes,
    quarantine,
    reports,
    review,
    samples,
    sign_in,
    standards,
    status,
    tablet_app,
    tablets,
    trail,
    verification,
    verification_due,
    verification_papers,
    verification_reports,
    work_calendar,
)
from server.pages import (
    checklists as checklist_pages,
)
from server.settings import Settings
from server.web import answers, problems, viewed
from server.web.problems import ProblemApi

API = (enrolments, sync, checklists, rules, uploads, photos, leases, mark_leases, minutes)
PAGES = (
    sign_in, language, account, trail, inspections, review, inspection_papers, follow_up, conflicts, quarantine, tablets, numbers, printing, blanks, limits, standards, checklist_pages,
    people, organisations, planning, campaign_sites, programme, public_minutes, api_docs, status, cases, work_calendar, samples, tablet_app,
    establishments, imports, instruments, mergers, reports, other_inspections, marks, marks_out, prices, verification, fees,
    verification_due, verification_reports, verification_papers, certificates,
)  # fmt: skip


def create_app(settings: Settings, *, serving: bool = True) -> Flask:
    """Build the server. `serving=False` for commands, which need no secret."""
    if serving:
        settings.check_for_serving()
    app = Flask(__name__, template_folder="pages/templates", static_folder="static")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine.options(settings.database_url),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        BABEL_DEFAULT_LOCALE="vi",
        RATELIMIT_HEADERS_ENABLED=True,
        API_TITLE="Hiện Trường",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    logging.getLogger("server").setLevel(settings.log_level)
    answers.register(app)  # first: what an extension refuses carries a request id, too
    _extensions(app)
    problems.register(app)
    viewed.register(app)
    _routes(app)
    cli.register(app)
    return app


def _extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        engine.prepare(db.engine)
    for extension in (csrf, limiter):
        extension.init_app(app)
    migrate.init_app(app, db)
    login.anonymous_user = AnonymousUserMixin
    login.init_app(app)


def _routes(app: Flask) -> None:
    api = ProblemApi(app)
    for module in API:
        csrf.exempt(module.blp)
        api.register_blueprint(module.blp, url_prefix="/api/v1")
    for page in PAGES:
        app.register_blueprint(page.bp)
