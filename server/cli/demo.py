"""`flask demo`: believable data for a trial, every invented thing marked (DEMO)."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click
from flask import current_app

from checklists.catalog import CatalogError
from server.cli.output import Group, fail, json_option, show
from server.demo import load as demo
from server.demo import year
from server.demo.market import fill as fill_market
from server.errors import Problem
from server.extensions import db
from server.security.keys import server_key
from server.settings import Settings
from server.web.transaction import writing

group = Group("demo", help="Dữ liệu trình diễn (không dùng cho cơ sở dữ liệu thật).")


@group.command("load")
@click.option(
    "--establishments",
    type=click.IntRange(1, 100_000),
    default=demo.ESTABLISHMENTS,
    show_default=True,
    help="Số cơ sở.",
)
@click.option(
    "--inspectors", type=click.IntRange(1, 2_000), default=demo.INSPECTORS, show_default=True, help="Số kiểm tra viên."
)
@click.option(
    "--inspections-each",
    type=click.IntRange(0, 1_000),
    help="Số cuộc kiểm tra cho mỗi kiểm tra viên; mặc định mỗi cơ sở một cuộc.",
)
@click.option("--market/--no-market", default=True, help="Kèm một phiên kiểm định lưu động đã qua.")
@click.option("--if-empty", is_flag=True, help="Cơ sở dữ liệu đã có dữ liệu thì thôi, không báo lỗi.")
@json_option
def load(
    establishments: int, inspectors: int, inspections_each: int | None, market: bool, if_empty: bool, as_json: bool
) -> None:
    """Nạp chương trình mẫu, tài khoản, cơ sở, đợt kiểm tra vào cơ sở dữ liệu trống."""
    try:
        with writing(db.session) as session:
            if if_empty and not demo.is_empty(session):
                show({"accounts": [], "campaigns": [], "loaded": False}, [], as_json=as_json)
                return
            loaded = demo.load(session, at=datetime.now(UTC), establishment_count=establishments, inspector_count=inspectors,
                               inspections_each=inspections_each, progress=_tell)  # fmt: skip
            if (establishments, inspectors, inspections_each) == (demo.ESTABLISHMENTS, demo.INSPECTORS, None):
                _tell("Các đợt khác trong năm, nội dung phát sinh")
                year.fill(session, loaded, at=datetime.now(UTC))  # a load test gets its numbers and nothing more
                if market:
                    _tell("Một phiên kiểm định lưu động")
                    settings: Settings = current_app.config["SETTINGS"]
                    fill_market(session, loaded, server_key(settings.instance), at=datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    except CatalogError as error:
        fail(f"Danh mục kiểm tra có lỗi ({error}); hãy chạy `flask checklists lint`.")
    counts = loaded.counts
    lines = [
        f"{counts['activities']} hoạt động, {counts['areas']} đơn vị hành chính, {counts['organisations']} cơ quan, {counts['standards']} chuẩn đo lường.",
        f"{counts['establishments']} cơ sở, {counts['instruments']} phương tiện đo, {len(loaded.campaigns)} đợt, {counts['inspections']} cuộc kiểm tra dự kiến.",
        "Tài khoản (mật khẩu chung, chỉ để trình diễn):",
        *(f"  {a['username']:<14} {a['role']:<12} {a['password']}" for a in loaded.accounts[:12]),
        *([f"  … và {len(loaded.accounts) - 12} tài khoản nữa."] if len(loaded.accounts) > 12 else []),
    ]
    show(asdict(loaded), lines, as_json=as_json)


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"{what} …", err=True)
