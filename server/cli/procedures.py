"""`flask procedures`: a metrologist tries numbers by hand."""

from __future__ import annotations

import json
from typing import Any, TextIO

import click
from flask.cli import AppGroup

from server.cli.output import fail, json_option, show
from server.extensions import db

group = AppGroup("procedures", help="Quy trình đo: số đọc vào, sai số và kết luận ra.")


@group.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Liệt kê tên các quy trình."""
    from checklists import procedures

    found = list(procedures.names())
    show(found, found, as_json=as_json)


@group.command("evaluate")
@click.argument("name")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@json_option
def evaluate(name: str, file: TextIO, as_json: bool) -> None:
    """Tính một phép thử từ FILE JSON ("-" = đầu vào chuẩn): sai số từng dòng, giới hạn, kết luận."""
    from checklists import procedures
    from server.services import rules

    if name not in procedures.names():
        fail(f"Không có quy trình {name!r}. Có: {', '.join(procedures.names())}.")
    request = _read(file)
    try:
        result = procedures.evaluate(name, request, rules.current(db.session()))
    except procedures.ProcedureInputError as error:
        fail(f"{error.field}: {error.message_vi}")
    show(result, _lines(result), as_json=as_json)


def _read(file: TextIO) -> dict[str, Any]:
    try:
        request = json.load(file)
    except (ValueError, RecursionError) as error:
        fail(f"{file.name}: không phải JSON hợp lệ ({error}).")
    if not isinstance(request, dict):
        fail(f"{file.name}: phải là một đối tượng JSON.")
    return request


def _lines(result: dict[str, Any]) -> list[str]:
    words = {"pass": "ĐẠT", "fail": "KHÔNG ĐẠT", "inconclusive": "CHƯA KẾT LUẬN"}
    lines = [
        f"{number:>3}. " + ", ".join(f"{key} = {value}" for key, value in row.items() if value is not None)
        for number, row in enumerate(result.get("rows") or [], 1)
    ]
    limit = result.get("limit")
    if isinstance(limit, dict):
        lines.append(
            f"Giới hạn: {limit.get('value')} {limit.get('unit')} ({limit.get('status')}; {limit.get('source')})"
        )
    verdict = str(result.get("verdict"))
    return [*lines, f"Kết luận: {words.get(verdict, verdict)}", str(result.get("explanation") or "")]
