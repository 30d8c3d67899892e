"""Lint of the checklist data: every file, every published fingerprint; and publishing what passes."""

from __future__ import annotations

from pathlib import Path

from checklists import catalog, limit_use
from checklists.lint_domains import lint_domains
from checklists.lint_file import File
from checklists.lint_rules import Rules, lint_items, lint_rules
from checklists.nodes import LintProblem, Reader

__all__ = ["LintProblem", "lint", "publish"]


def lint(root: Path = catalog.DATA) -> list[LintProblem]:
    """Return every problem of the checklists, limits and law under a data folder, by file and line; none = they may
    be published.

    Refuses unknown keys, missing texts, unknown words and units, keys twice, dangling references and citations, a
    procedure that no limit row could ever answer, text not NFC, file names that are not `v<n>.yaml`, a published version
    whose fingerprint changed or whose file is gone.
    """
    rules = lint_rules(root)
    problems = list(rules.problems)
    files = catalog.version_files(root)
    for (code, version), path in files.items():
        problems += _lint_file(root, path, code, version, rules)
    problems += lint_domains(root, {code for code, _ in files})
    for path in sorted(root.glob("*/*")):
        if path.parent.name not in catalog.NOT_CHECKLISTS and path not in files.values():
            problems.append(LintProblem(_name(root, path), 1, "tên tệp phải là v<số>.yaml"))
    if not problems:
        problems += lint_items(rules, _items(files))
    return sorted(problems + _lint_published(root, files, {problem.file for problem in problems}))


def publish(code: str, version: int, root: Path = catalog.DATA) -> str:
    """Write the fingerprint of one draft into published.toml and return it; from then on the version never changes.

    Refuses while lint finds anything, a version without a file, a version that is published already, and a version
    after one that is still a draft.
    """
    if problems := lint(root):
        raise catalog.CatalogError("\n".join(str(problem) for problem in problems))
    files, known = catalog.version_files(root), catalog.read_published(root)
    if (code, version) not in files:
        raise catalog.CatalogError(f"không có tệp {code}/v{version}.yaml")
    if (code, version) in known:
        raise catalog.CatalogError(f"{code}/v{version} đã công bố từ trước, không công bố lại")
    if earlier := [n for each, n in files if each == code and n < version and (each, n) not in known]:
        raise catalog.CatalogError(f"hãy công bố {code}/v{earlier[0]} trước")
    sha256 = catalog.read(files[code, version]).sha256
    everything = {**known, (code, version): sha256}
    lines = ["# Dấu vân tay của các phiên bản đã công bố. Không sửa tay: phiên bản đã công bố không đổi nữa."]
    for each in sorted({key for key, _ in everything}):
        versions = sorted(n for key, n in everything if key == each)
        lines += ["", f"[{each}]", *(f'v{n} = "{everything[each, n]}"' for n in versions)]
    written = root / f"{catalog.PUBLISHED}.new"
    written.write_text("\n".join(lines) + "\n", encoding="utf-8")
    written.replace(root / catalog.PUBLISHED)
    catalog.load.cache_clear()
    return sha256


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _items(files: dict[tuple[str, int], Path]) -> dict[str, set[str]]:
    """Return the item keys of each checklist, of any version: a violation outlives a version."""
    keys: dict[str, set[str]] = {}
    for (code, _), path in files.items():
        found = {item.key for section in catalog.read(path).sections for item in section.items}
        keys.setdefault(code, set()).update(found)
    return keys


def _lint_published(root: Path, files: dict[tuple[str, int], Path], broken: set[str]) -> list[LintProblem]:
    path = root / catalog.PUBLISHED
    try:
        published = catalog.read_published(root)
    except catalog.CatalogError as error:
        return [LintProblem(_name(root, path), 1, str(error))]
    problems = []
    for (code, version), sha256 in published.items():
        if (code, version) not in files:
            line = _line_of(path, sha256)
            problems.append(LintProblem(_name(root, path), line, f"không có tệp của {code}/v{version} đã công bố"))
            continue
        file = files[code, version]
        if _name(root, file) not in broken and catalog.read(file).sha256 != sha256:
            message = f"{code}/v{version} đã công bố không được thay đổi; hãy tạo v{version + 1}.yaml"
            problems.append(LintProblem(_name(root, file), _line_of(file, "version:"), message))
    return problems


def _line_of(path: Path, needle: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if needle in line), 1)


def _lint_file(root: Path, path: Path, code: str, version: int, rules: Rules) -> list[LintProblem]:
    reader = Reader(_name(root, path))
    node = reader.open(path)
    if node is None:
        return reader.problems
    file = File(reader, rules.numbers)
    file.check(node, code, version)
    if rules.limits and not rules.problems and not reader.problems:
        checklist = catalog.read(path)
        for key, item in file.later:
            found = checklist.item(key)
            for gap in limit_use.gaps(checklist, found, rules.limits) if found is not None else ():
                reader.complain(item["procedure"], f"{key}: {gap}")
    return reader.problems
