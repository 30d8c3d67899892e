"""`flask checklists`: list and show the published versions; lint the data files; publish for ever; write the reference."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from checklists.model import Checklist, Field, Item
from server.cli.output import Group, fail, json_option, show
from server.services.wording import PHOTO_RULES, SECTION_PERS

group = Group("checklists", help="Danh mục kiểm tra.")
DATA = Path(__file__).resolve().parents[2] / "checklists" / "data"
ROOT = click.Path(exists=True, file_okay=False, path_type=Path)
DOCS = DATA.parents[1] / "docs" / "checklists"


@group.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Liệt kê các phiên bản đã ban hành."""
    from checklists import catalog

    rows = [
        {"code": c.code, "version": c.version, "sha256": c.sha256, "title": c.title.vi,
         "items": sum(len(s.items) for s in c.sections)}
        for c in catalog.load().all()
    ]  # fmt: skip
    lines = [f"{r['code']} v{r['version']}  {r['items']} mục  {r['title']}  {str(r['sha256'])[:12]}" for r in rows]
    show(rows, lines, as_json=as_json)


@group.command("show")
@click.argument("code")
@click.argument("version", type=click.IntRange(min=1), required=False)
@json_option
def show_one(code: str, version: int | None, as_json: bool) -> None:
    """In một danh mục đã ban hành, phiên bản mới nhất nếu không nêu; --json = đúng như máy chủ phát cho máy tính bảng."""
    from checklists import catalog

    found = catalog.load()
    versions = [c.version for c in found.all() if c.code == code]
    checklist = found.get(code, version or max(versions, default=0))
    if checklist is None:
        had = f"; đang có: {', '.join(f'v{n}' for n in versions)}" if versions else ""
        fail(f"Không có danh mục {code[:80]}{f' v{version}' if version else ''}{had}.")
    show(dict(checklist.definition), list(_lines(checklist)), as_json=as_json)


@group.command("lint")
@click.argument("root", type=ROOT, default=DATA)
@json_option
def lint(root: Path, as_json: bool) -> None:
    """Soát các tệp dữ liệu: khóa lạ, thiếu chữ, điều kiện treo, bản đã ban hành bị sửa. Mã thoát 1 nếu có lỗi."""
    from checklists.lint import lint as check

    faults = [str(fault) for fault in check(root)]
    show({"faults": faults}, [], as_json=as_json)
    if faults:
        if not as_json:
            click.echo("\n".join(faults), err=True)
        sys.exit(1)
    if not as_json:
        click.echo("Danh mục kiểm tra: không có lỗi.")


@group.command("publish")
@click.argument("code")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--data", "root", type=ROOT, default=DATA, help="Thư mục dữ liệu; mặc định là của phần mềm.")
@click.option("--yes", is_flag=True, help="Không hỏi lại.")
@json_option
def publish(code: str, version: int, root: Path, yes: bool, as_json: bool) -> None:
    """Ban hành một phiên bản: ghi dấu vân tay vào published.toml; từ đó tệp không được sửa nữa."""
    from checklists import catalog
    from checklists.lint import publish as write

    if not yes:
        question = (
            f"Ban hành {code} v{version}? Sau đó phiên bản này không sửa được nữa, mọi thay đổi là phiên bản mới."
        )
        click.confirm(question, abort=True, err=True)
    try:
        sha256 = write(code, version, root)
    except catalog.CatalogError as error:
        fail(str(error))
    show({"code": code, "version": version, "sha256": sha256}, [f"Đã ban hành {code} v{version}: {sha256}."],
         as_json=as_json)  # fmt: skip


@group.command("docs")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=DOCS)
@click.option("--check", "only_check", is_flag=True, help="Không ghi gì; mã thoát 1 nếu có tệp đã cũ.")
@click.option(
    "--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="Chỉ giới hạn, văn bản có hiệu lực ngày này; mặc định tất cả."
)
@json_option
def docs(folder: Path, only_check: bool, on: datetime | None, as_json: bool) -> None:
    """Ghi mọi danh mục thành tệp Markdown để soát xét, theo bộ quy định kèm phần mềm (mặc định docs/checklists)."""
    from checklists.limits import load_rules
    from server.services import checklist_markdown

    made = checklist_markdown.files(load_rules(), on.date() if on else None)
    names = checklist_markdown.stale(folder, made) if only_check else checklist_markdown.write(folder, made)
    if only_check and names:
        fail(
            "\n".join(
                [*(f"{folder.name}/{name}: đã cũ" for name in names), "Hãy chạy `flask checklists docs` rồi ghi lại."]
            )
        )
    told = (
        f"{len(made)} tệp, {len(names)} tệp được ghi lại." if not only_check else f"{len(made)} tệp, không tệp nào cũ."
    )
    show({"files": list(made), "changed": names}, [*names, told], as_json=as_json)


def _lines(checklist: Checklist) -> Iterator[str]:
    yield f"{checklist.title.vi} ({checklist.code} v{checklist.version}, {checklist.sha256[:12]})"
    yield from (f"  Căn cứ: {basis}" for basis in checklist.legal_basis)
    for section in checklist.sections:
        yield f"\n{section.title.vi} ({SECTION_PERS[section.per]})"
        for item in section.items:
            yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    facts = ["bắt buộc"] if item.required else []
    facts += ["có điều kiện"] if item.when is not None else []
    facts += [f"phép tính {item.procedure.name}"] if item.procedure else []
    yield f"  {item.key:<5} {item.text.vi}  [{', '.join([*facts, PHOTO_RULES[item.photo]])}]"
    for what, fields in (("ghi", item.fields), ("cột", item.columns)):
        if fields:
            yield f"        {what}: {'; '.join(map(_field, fields))}"


def _field(field: Field) -> str:
    return f"{field.title.vi} ({field.unit})" if field.unit else field.title.vi
