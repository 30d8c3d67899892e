"""`flask procedures`: a metrologist tries numbers by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from server.cli.output import Group, fail, json_option, show

group = Group("procedures", help="Quy trình đo: số đọc vào, sai số và kết luận ra.")

VERDICTS = {"pass": "ĐẠT", "fail": "KHÔNG ĐẠT", "inconclusive": "CHƯA KẾT LUẬN"}
STATUSES = {"confirmed": "đã xác nhận", "unconfirmed": "chưa xác nhận", "given": "do người dùng nhập"}


@group.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Liệt kê tên các quy trình."""
    from checklists import procedures

    found = list(procedures.names())
    show(found, found, as_json=as_json)


@group.command("evaluate")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@json_option
def evaluate(name: str, file: str, as_json: bool) -> None:
    """Tính một phép thử từ FILE JSON ("-" = đầu vào chuẩn): sai số từng dòng, giới hạn, kết luận."""
    from checklists import procedures
    from server.cli.rules_in_force import rules_in_force

    if name not in procedures.names():
        fail(f"Không có quy trình “{name[:40]}”. Có: {', '.join(procedures.names())}.")
    request = _read(file)
    try:
        result = procedures.evaluate(name, request, rules_in_force())
    except procedures.ProcedureInputError as error:
        fail(f"{error.field}: {error.message_vi}")
    show(result, _lines(result), as_json=as_json)


class _WrittenTwice(ValueError):
    """A JSON object with one key twice: which of the two readings is meant, nobody knows."""


def _read(file: str) -> dict[str, Any]:
    place = "Đầu vào chuẩn" if file == "-" else file
    try:
        with click.open_file(file, "rb") as opened:
            typed = opened.read()
        # Editors on Windows begin a file with a byte-order mark. A number not in quotes is refused by its field later,
        # whatever its length: as a float it is never refused here for having too many digits.
        request = json.loads(typed.decode("utf-8-sig"), object_pairs_hook=_each_once, parse_int=float)
        json.dumps(request, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        fail(f"{place}: không phải chữ mã hóa UTF-8.")
    except UnicodeEncodeError:
        fail(f"{place}: có ký tự Unicode hỏng.")
    except json.JSONDecodeError as error:
        fail(f"{place}: không phải JSON hợp lệ, xem dòng {error.lineno}, cột {error.colno}.")
    except _WrittenTwice as error:
        fail(f"{place}: khóa “{error}” viết hai lần trong một đối tượng.")
    except RecursionError:
        fail(f"{place}: không phải JSON hợp lệ, lồng nhau quá nhiều lớp.")
    if not isinstance(request, dict):
        fail(f"{place}: phải là một đối tượng JSON.")
    return request


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _WrittenTwice(key[:40].encode(errors="replace").decode())
        found[key] = value
    return found


def _lines(result: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{number:>3}. " + ", ".join(f"{key} = {_cell(value)}" for key, value in row.items() if value is not None)
        for number, row in enumerate(result["rows"], 1)
    ]
    limit = result["limit"]
    if limit is not None:
        source = "" if limit["status"] == "given" else f"; {limit['source']}"
        lines.append(f"Giới hạn: {_cell(limit)}{source}")
    return [*lines, f"Kết luận: {VERDICTS[result['verdict']]}", result["explanation"]]


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        number = "chưa có giá trị" if value["value"] is None else f"{value['value']} {value['unit']}"
        return f"{number} ({STATUSES[value['status']]})"
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    if isinstance(value, bool):
        return "có" if value else "không"
    return VERDICTS.get(value, str(value))
