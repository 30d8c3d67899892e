"""The files of docs/checklists/: every checklist as a Markdown page that the department can review as text, and an index.

Nothing in them depends on the day or the machine that made them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from checklists import domains
from checklists.limits import RuleSet
from server.services import checklist_reference
from server.services.checklist_reference import ItemLine, Reference

MADE = "<!-- Tạo bằng `flask checklists docs`; không sửa tay. -->"
INDEX = "README.md"
_SIGNS = re.compile(r"[\\`*_<>|\[\]]")


def files(rules: RuleSet, on: date | None = None) -> dict[str, str]:
    """Return every file of the folder by name."""
    references = checklist_reference.every(rules, on)
    pages = {f"{each.code}.md": _page(each, on) for each in references}
    return {INDEX: _index(references, rules, on), **pages}


def stale(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Return the names of files that are missing, differ, or were made for a checklist that is gone."""
    there = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.md"))}
    changed = [name for name, text in made.items() if there.get(name) != text]
    return changed + [name for name, text in there.items() if name not in made and text.startswith(MADE)]


def write(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Write what is stale, remove what is no longer made, and return the names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = stale(folder, made)
    for name in names:
        if name in made:
            (folder / name).write_text(made[name], "utf-8")
        else:
            (folder / name).unlink()
    return names


def _index(references: list[Reference], rules: RuleSet, on: date | None) -> str:
    lines = [
        MADE, "", "# Danh mục kiểm tra", "",
        f"Bản để soát xét: mọi hạng mục, điều kiện, giới hạn, căn cứ của từng danh mục đang ban hành. {_basis(rules, on)}", "",
        "| Danh mục | Mã | Hạng mục | Bắt buộc | Có ảnh | Có điều kiện | Có phép tính | Có căn cứ |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    for each in references:
        f = each.figures
        figures = (f.items, f.required, f.photo, f.conditional, f.procedure, f.basis)
        link = f"[{_text(each.title)}]({each.code}.md)"
        lines.append(f"| {link} | `{each.code}` v{each.version} | {' | '.join(map(str, figures))} |")
    lines += [
        "", "## Lĩnh vực của chương trình công tác", "",
        "Danh mục chung (`general`) có trong mọi cuộc kiểm tra.", "", "| Lĩnh vực | Danh mục, hoặc lý do không có |", "|---|---|",
    ]  # fmt: skip
    for domain in domains.load().values():
        codes = ", ".join(f"[`{code}`]({code}.md)" for code in domain.checklists)
        lines.append(f"| {_text(domain.title)} (`{domain.name}`) | {codes or _text(domain.reason or '')} |")
    return "\n".join(lines) + "\n"


def _page(each: Reference, on: date | None) -> str:
    f = each.figures
    lines = [
        MADE, "", f"# {_text(each.title)}", "", f"*{_text(each.title_en)}*", "",
        f"Mã `{each.code}`, phiên bản {each.version}, dấu vân tay `{each.sha256}`.",
        f"{f.items} hạng mục: {f.required} bắt buộc, {f.photo} có ảnh, {f.conditional} có điều kiện, {f.procedure} có phép tính, "
        f"{f.basis} có căn cứ." + (f" Lĩnh vực của chương trình: {_text('; '.join(each.domains))}." if each.domains else ""),
        "", f"Văn bản chung: {_text('; '.join(each.basis)) or 'không có'}.",
    ]  # fmt: skip
    for section in each.sections:
        lines += ["", f"## {_text(section.title)}", "", f"Trả lời {section.per}."]
        for item in section.items:
            lines += _item(item)
    if each.limits:
        lines += [
            "", "## Giới hạn cho phép", "", f"Giới hạn chưa xác nhận không kết luận được gì. {on_day(on)}", "",
            "| Giới hạn | Giá trị | Áp dụng | Hiệu lực | Tình trạng | Nguồn | Hạng mục |", "|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        for limit in each.limits:
            source = f"{limit.source}; {limit.note}" if limit.note else limit.source
            cells = (limit.name, limit.value, limit.context, limit.validity, limit.status, source, limit.items)
            lines.append(f"| {' | '.join(map(_text, cells))} |")
    lines += [
        "", "## Văn bản được viện dẫn", "", on_day(on), "",
        "| Văn bản | Hiệu lực | Tình trạng | Ghi chú |", "|---|---|---|---|",
    ]  # fmt: skip
    for document in each.documents:
        lines.append(
            f"| {' | '.join(map(_text, (document.name, document.validity, document.status, document.note)))} |"
        )
    return "\n".join(lines) + "\n"


def _item(item: ItemLine) -> Iterator[str]:
    yield from ("", f"### {item.key}. {_text(item.vi)}", "", f"*{_text(item.en)}*", "")
    yield f"- {item.kind}; {'bắt buộc' if item.required else 'không bắt buộc'}; {item.photo}"
    if item.condition:
        yield f"- Chỉ hỏi khi: {_text(item.condition)}"
    if item.fields:
        yield f"- Ghi: {_text('; '.join(item.fields))}"
    if item.columns:
        yield f"- Mỗi dòng của bảng: {_text('; '.join(item.columns))}"
    if item.procedure:
        yield f"- Phép tính: {_text(item.procedure)}"
    if item.basis:
        yield f"- Căn cứ: {_text('; '.join(item.basis))}"
    if item.note:
        yield f"- Ghi chú: {_text(item.note)}"


def on_day(on: date | None) -> str:
    """Say which rows a list holds."""
    return (
        f"Các dòng có hiệu lực ngày {on:%d/%m/%Y}." if on is not None else "Mọi dòng, mỗi dòng với thời gian hiệu lực."
    )


def _basis(rules: RuleSet, on: date | None) -> str:
    return f"Theo bộ quy định {rules.version} kèm theo phần mềm. {on_day(on)}"


def _text(text: str) -> str:
    """Write a text so that Markdown shows it as it is."""
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", text).replace("\n", " ")
