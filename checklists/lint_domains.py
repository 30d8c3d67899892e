"""What makes domains.yaml wrong: a domain twice, a checklist that is not there, one without checklists and reason."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from checklists.domains import DOMAINS
from checklists.nodes import LintProblem, Reader


def lint_domains(root: Path, codes: Collection[str]) -> list[LintProblem]:
    """Return every problem of the file by line; none where the folder has no such file. `codes` have a file."""
    if not (root / DOMAINS).exists():
        return []
    read = Reader(DOMAINS)
    node = read.open(root / DOMAINS)
    seen: set[str] = set()
    for row in read.sequence(node, "tệp"):
        cells = read.mapping(row, "dòng", {"domain", "title", "checklists"}, {"reason"})
        name = read.text(cells.get("domain"), "domain")
        if name in seen:
            read.complain(cells["domain"], f"lĩnh vực “{name}” viết hai lần")
        read.text(cells.get("title"), "title")
        seen |= {name} if name else set()
        named = read.sequence(cells.get("checklists"), "checklists")
        for code in named:
            read.word(code, "checklists", codes)
        read.text(cells.get("reason"), "reason")
        if "checklists" in cells and bool(named) == ("reason" in cells):
            read.complain(row, "hoặc có danh mục trong checklists, hoặc có reason nói vì sao không có")
    return read.problems
