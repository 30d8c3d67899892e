"""`flask standards`: the register of measurement standards and own meters, their certificates and due dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import click

from checklists import standards as core
from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import rules, standard_desk, standards
from server.services.creation import SYSTEM
from server.services.standard_desk import Row
from server.services.standards import Certificate
from server.services.wording import STANDARD_STATES, STANDARD_STATUSES
from server.web.transaction import writing
from sync.paper_words import local

group = Group("standards", help="Chuẩn đo lường, máy đo của cơ quan: sổ, giấy chứng nhận, đến hạn.")


class Day(click.ParamType[date]):
    """A day as people type it on a command line."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day; what is none is wrong usage."""
        try:
            return value if isinstance(value, date) else datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail("phải là ngày dạng YYYY-MM-DD", param, ctx)


on_option = click.option("--on", type=Day(), help="Tính vào ngày này; mặc định hôm nay.")
_CERTIFICATE = (
    click.option("--number", required=True, help="Số giấy chứng nhận kiểm định, hiệu chuẩn."),
    click.option("--body", required=True, help="Nơi cấp giấy."),
    click.option("--issued", required=True, metavar="YYYY-MM-DD", help="Ngày cấp."),
    click.option("--until", default="", metavar="YYYY-MM-DD", help="Hạn; bỏ trống khi pháp luật đã định chu kỳ."),
    click.option("--factor", "factors", multiple=True, metavar="KHOẢNG=SỐ", help="Hệ số hiệu chuẩn; lặp lại được."),
)


def certificate_options(command: Any) -> Any:
    """Add the options that say what stands on a certificate."""
    for option in reversed(_CERTIFICATE):
        command = option(command)
    return command


@group.command("list")
@click.option(
    "--status", type=click.Choice(["valid", "due", "expired", "idle"]), help="Chỉ những chuẩn ở tình trạng này."
)
@on_option
@json_option
def list_(status: str | None, on: date | None, as_json: bool) -> None:
    """Liệt kê chuẩn đo lường, đến hạn trước."""
    found = standard_desk.listing(db.session(), on or _today(), status=status or "")
    _print(found.rows, "Chưa có chuẩn nào: `flask standards add`.", as_json=as_json)


@group.command("due")
@click.option(
    "--within", type=click.IntRange(0, 3650), default=standard_desk.WITHIN_DAYS, show_default=True, help="Số ngày."
)
@on_option
@json_option
def due(within: int, on: date | None, as_json: bool) -> None:
    """Liệt kê chuẩn đã quá hạn hoặc sẽ hết hạn trong số ngày này; trừ chuẩn hỏng, đã thôi dùng."""
    found = standard_desk.due(db.session(), on or _today(), within)
    _print(found, f"Không có chuẩn nào quá hạn hoặc hết hạn trong {within} ngày.", as_json=as_json)


@group.command("add")
@click.option("--name", required=True, help="Tên chuẩn, máy đo.")
@click.option("--kind", required=True, type=click.Choice(list(core.load().kinds)), help="Loại.")
@click.option("--serial", required=True, help="Số máy.")
@click.option("--maker", default="", help="Hãng sản xuất.")
@click.option("--model", default="", help="Kiểu.")
@click.option("--range", "range_", default="", help="Phạm vi đo.")
@click.option("--energy-range", default="", help="Dải năng lượng.")
@click.option("--accuracy", default="", help="Độ chính xác, cấp.")
@click.option("--custodian", default="", help="Người, phòng giữ.")
@certificate_options
@json_option
def add(name: str, kind: str, serial: str, maker: str, model: str, range_: str, energy_range: str, accuracy: str,
        custodian: str, number: str, body: str, issued: str, until: str, factors: tuple[str, ...], as_json: bool) -> None:  # fmt: skip
    """Ghi một chuẩn vào sổ cùng giấy chứng nhận đang có."""
    values = {"name": name, "kind": kind, "serial": serial, "maker": maker, "model": model, "range": range_,
              "energy_range": energy_range, "accuracy": accuracy, "custodian": custodian}  # fmt: skip
    now = datetime.now(UTC)
    try:
        with writing(db.session) as session:
            certificate = _certificate(kind, number, body, issued, until, factors)
            id = standards.register(session, standards.described(values), certificate, actor=SYSTEM, at=now)
            row = standard_desk.page(session, id, _today()).row
            value = _shown(row)
    except Problem as problem:
        fail(problem.detail)
    show(value, [f"Đã ghi vào sổ: {_line(row)}", f"Mã: {id}"], as_json=as_json)


@group.command("certify")
@click.argument("standard_id", metavar="ID")
@certificate_options
@json_option
def certify(standard_id: str, number: str, body: str, issued: str, until: str, factors: tuple[str, ...], as_json: bool) -> None:  # fmt: skip
    """Thêm giấy chứng nhận mới; giấy cũ giữ nguyên."""
    now = datetime.now(UTC)
    try:
        with writing(db.session) as session:
            kind = str(standards.existing(session, standard_id).state["kind"])
            certificate = _certificate(kind, number, body, issued, until, factors)
            changed = standards.certify(session, standard_id, certificate, actor=SYSTEM, at=now)
            value = _shown(standard_desk.page(session, standard_id, _today()).row)
    except Problem as problem:
        fail(problem.detail)
    line = f"Đã thêm giấy số {certificate.number}, hạn {certificate.valid_until:%d/%m/%Y}; tính lại {changed} kết quả đang mở."
    show({**value, "verdicts_changed": changed}, [line], as_json=as_json)


@group.command("withdraw")
@click.argument("standard_id", metavar="ID")
@click.option("--number", required=True, help="Số giấy chứng nhận ghi nhầm.")
@click.option("--reason", required=True, help="Lý do gạch bỏ.")
@json_option
def withdraw(standard_id: str, number: str, reason: str, as_json: bool) -> None:
    """Gạch bỏ một giấy chứng nhận ghi nhầm: vẫn đọc được, không tính nữa."""
    now = datetime.now(UTC)
    try:
        with writing(db.session) as session:
            changed = standards.withdraw(session, standard_id, number, reason, actor=SYSTEM, at=now)
            value = _shown(standard_desk.page(session, standard_id, _today()).row)
    except Problem as problem:
        fail(problem.detail)
    show({**value, "verdicts_changed": changed}, [f"Đã gạch bỏ giấy số {number}; tính lại {changed} kết quả đang mở."],
         as_json=as_json)  # fmt: skip


@group.command("retire")
@click.argument("standard_id", metavar="ID")
@click.option("--reason", required=True, help="Lý do thôi dùng.")
@json_option
def retire(standard_id: str, reason: str, as_json: bool) -> None:
    """Ghi một chuẩn thôi dùng; hồ sơ của nó giữ nguyên."""
    now = datetime.now(UTC)
    try:
        with writing(db.session) as session:
            standards.set_state(session, standard_id, "retired", reason, actor=SYSTEM, at=now)
            row = standard_desk.page(session, standard_id, _today()).row
            value = _shown(row)
    except Problem as problem:
        fail(problem.detail)
    show(value, [f"Đã ghi thôi dùng: {_line(row)}"], as_json=as_json)


def _certificate(kind: str, number: str, body: str, issued: str, until: str, factors: Iterable[str]) -> Certificate:
    split = dict(factor.rpartition("=")[::2] for factor in factors)
    return Certificate.of(kind, number=number, body=body, issued_on=issued, valid_until=until, factors=split, today=_today(),
                          rules=rules.current(db.session()))  # fmt: skip


def _print(rows: Iterable[Row], nothing: str, *, as_json: bool) -> None:
    found = list(rows)
    show([_shown(row) for row in found], [_line(row) for row in found] or [nothing], as_json=as_json)


def _shown(row: Row) -> dict[str, Any]:
    until = None if row.until is None else row.until.isoformat()
    return {**row.state, "id": row.id, "status": row.status, "valid_until": until, "days_left": row.days}


def _line(row: Row) -> str:
    state = str(row.state.get("state") or "in_use")
    where = "" if state == "in_use" else f"  ({STANDARD_STATES[state].lower()})"
    until = "chưa có giấy" if row.until is None else f"hạn {row.until:%d/%m/%Y}"
    return f"{row.id}  {until}  {STANDARD_STATUSES[row.status]}  {core.named(row.state)}{where}"


def _today() -> date:
    return local(datetime.now(UTC)).date()
