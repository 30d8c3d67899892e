"""/establishments/import: a list as a file, looked at row by row before anything is written, then imported or dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import establishment_columns, exports, import_desk
from server.services.import_desk import Preview
from server.settings import Settings
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("imports", __name__)
MAX_NAME = 120


@bp.get("/establishments/import")
@signed_in(Role.SUPERVISOR)
def ask() -> str:
    """Ask for the file."""
    return render_template("import.html", error=None)


@bp.get("/establishments/import/template.xlsx")
@signed_in(Role.SUPERVISOR)
def template() -> Response:
    """Give the empty workbook with both sheets."""
    response = Response(establishment_columns.template(), mimetype=exports.MEDIA_TYPES[exports.XLSX])
    response.headers["Content-Disposition"] = "attachment; filename=mau-co-so.xlsx"
    return response


@bp.post("/establishments/import")
@signed_in(Role.SUPERVISOR)
def preview() -> Any:
    """Keep the file aside and show what importing it would do."""
    file, actor = request.files.get("file"), current_user.user.id
    try:
        if file is None or not file.filename:
            raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn tệp .xlsx hoặc .csv.")
        name = Path(file.filename.replace("\\", "/")).name[-MAX_NAME:]
        found = import_desk.preview(
            db.session(), _folder(), file.stream.read(), name, update=_update(), actor=actor, now=now()
        )
    except Problem as problem:
        return Response(render_template("import.html", error=problem.detail), status=problem.code.status)
    return _shown(found)


@bp.post("/establishments/import/confirm")
@signed_in(Role.SUPERVISOR)
def confirm() -> Any:
    """Import what was shown; where that changed meanwhile, show it anew."""
    form, actor = request.form, current_user.user.id
    key, name, folder = form.get("key", ""), form.get("name", "")[:MAX_NAME], _folder()
    if form.get("drop"):
        import_desk.forget(folder, key, actor)
        flash(gettext("Đã bỏ tệp. Chưa ghi gì vào danh bạ."))
        return redirect(url_for("imports.ask"), 303)
    with writing(db.session) as session:
        done = import_desk.confirm(
            session, folder, key, name, form.get("plan", ""), update=_update(), actor=actor, now=now()
        )
    if isinstance(done, Preview):
        said = "Danh bạ vừa thay đổi so với lúc xem: hãy xem lại. Chưa ghi gì."
        return Response(_shown(done, said), status=409)
    import_desk.forget(folder, key, actor)
    flash(
        gettext(
            "Đã nhập %(sites)s cơ sở, %(instruments)s phương tiện đo; cập nhật %(changed)s dòng.",
            sites=done.imported,
            instruments=done.instruments,
            changed=len(done.changed),
        )
    )
    return redirect(url_for("establishments.listed"), 303)


def _shown(found: Preview, error: str | None = None) -> str:
    return render_template(
        "import_preview.html", found=found, report=found.report, update=_update(), error=error, most=100
    )


def _update() -> bool:
    return request.form.get("update") == "yes"


def _folder() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.instance
