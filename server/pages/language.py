"""/language: Vietnamese or English for the office's own words; what people wrote stays as it is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, request, session
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

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
    state.app.jinja_env.globals.update(language=lambda: str(get_locale()), _=_in_template)


def translated(text: str) -> str:
    """Say a text in the language chosen.

    The catalogue is looked for once a request: flask_babel looks for it at each text, more than half the time of a page
    of 400 rows.
    """
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return str(g.catalogue.ugettext(text))


@pass_eval_context
def _in_template(context: EvalContext, text: str, /, **values: Any) -> str:
    """Say a text of a template as jinja's own `_` does: a format string even without values, which are escaped."""
    found = translated(text)
    said = Markup(found) if context.autoescape else found  # noqa: S704 - texts of templates and their translations
    return said % values if values or "%" in found else said


@bp.post("/language")
@public
def choose() -> Any:
    """Remember the language for this session and go back to the page."""
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(safe_path(request.form.get("next", "")), 303)
