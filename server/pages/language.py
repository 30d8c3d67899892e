"""/language: Vietnamese or English for the office's own words; what people wrote stays as it is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, session
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale

from server.extensions import babel
from server.pages.addresses import safe_path
from server.web.guards import public

bp = Blueprint("language", __name__)
LANGUAGES = ("vi", "en")
"""Vietnamese is what templates are written in; `make words` says what English lacks."""


def chosen() -> str:
    """Return the language chosen in this browser, Vietnamese where none was."""
    found = session.get("language")
    return found if found in LANGUAGES else LANGUAGES[0]


@bp.record_once
def _begin(state: BlueprintSetupState) -> None:
    babel.init_app(state.app, locale_selector=chosen)
    state.app.jinja_env.globals["language"] = lambda: str(get_locale())


@bp.post("/language")
@public
def choose() -> Any:
    """Remember the language for this session and go back to the page."""
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(safe_path(request.form.get("next", "")), 303)
