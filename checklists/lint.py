"""Lint of the checklist data: every file, every published fingerprint; and publishing what passes."""

from __future__ import annotations

from pathlib import Path

from checklists import catalog
from checklists.lint_file import File
from checklists.nodes import LintProblem, Reader

__all__ = ["LintProblem", "lint", "publish"]


def lint(root: Path = catalog.DATA) -> list[LintProblem]:
    """Return every problem of the checklists under a data folder, by file and line; none = they may be published.

    Refuses unknown keys, missing texts, unknown words and units, keys twice, dangling references, text not NFC,
    file names that are not `v<n>.yaml`, and a published version whose fingerprint changed or whose file is gone.
    """
    problems: list[LintProblem] = []
    files = catalog.version_files(root)
    for (code, version), path in files.items():
        problems += _lint_file(root, path, code, version)
    for path in sorted(root.glob("*/*")):
        if path.parent.name not in catalog.NOT_CHECKLISTS and path not in files.values():
            problems.append(LintProblem(_name(root, path), 1, "tên tệp phải là v<số>.yaml"))
    return sorted(problems + _lint_published(root, files, {problem.file for problem in problems}))


def publish(root: Path = catalog.DATA) -> list[str]:
    """Write the fingerprint of every draft into published.toml and return their names (`code/v2`).

    Refuses while lint finds anything; never changes the fingerprint of a published version.
    """
    if problems := lint(root):
        raise catalog.CatalogError("\n".join(str(problem) for problem in problems))
    known = catalog.read_published(root)
    drafts = {key: catalog.read(path).sha256 for key, path in catalog.version_files(root).items() if key not in known}
    everything = {**known, **drafts}
    lines = ["# Dấu vân tay của các phiên bản đã công bố. Không sửa tay: phiên bản đã công bố không đổi nữa."]
    for code in sorted({code for code, _ in everything}):
        versions = sorted(version for each, version in everything if each == code)
        lines += ["", f"[{code}]", *(f'v{version} = "{everything[code, version]}"' for version in versions)]
    (root / catalog.PUBLISHED).write_text("\n".join(lines) + "\n", encoding="utf-8")
    catalog.load.cache_clear()
    return [f"{code}/v{version}" for code, version in sorted(drafts)]


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


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


def _lint_file(root: Path, path: Path, code: str, version: int) -> list[LintProblem]:
    reader = Reader(_name(root, path))
    node = reader.open(path)
    if node is not None:
        File(reader).check(node, code, version)
    return reader.problems
