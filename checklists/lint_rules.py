"""What makes the rows of law wrong (limits, documents, cycles, penalties, forms): each row alone with its line, then all
of them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from checklists import law_rows, procedures
from checklists.limit_rows import LIMIT_KEYS, parse_limit
from checklists.limits import PENALTIES, PENALTY_LISTS, SHIPPED_VERSION, RuleSet
from checklists.model import Cycle, Form, Law, Limit, Penalty, Violation
from checklists.nodes import LintProblem, Reader
from checklists.rows import LimitError
from checklists.rule_checks import serves

LIMITS = "limits"
# Rows that people read and no procedure judges by: the grades of gold (Bảng 3), the dose rate at which all step back.
TO_READ = frozenset({"gold-grade", "cordon-dose-rate"})
_Row = TypeVar("_Row", Limit, Law, Cycle, Violation, Penalty, Form)


@dataclass
class Rules:
    """The rows of a data folder that can be read, where each stands (file and line by id), and every problem found."""

    limits: list[Limit] = field(default_factory=list)
    law: list[Law] = field(default_factory=list)
    cycles: list[Cycle] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    penalties: list[Penalty] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    problems: list[LintProblem] = field(default_factory=list)

    @property
    def numbers(self) -> frozenset[str] | None:
        """The numbers of the documents that a checklist may cite; None = no law in this folder, or wrong rows in it."""
        return frozenset(row.number for row in self.law) if self.law and not self.problems else None


def lint_rules(root: Path) -> Rules:
    """Return the rows of a data folder with every problem: keys, dates, decimals, doubles, overlaps, dangling ids."""
    found = Rules()
    for path in sorted((root / LIMITS).glob("*.yaml")):
        found.limits += _list(path, f"{LIMITS}/{path.name}", found, LIMIT_KEYS, parse_limit)
    found.law += _list(root / "law.yaml", "law.yaml", found, law_rows.LAW_KEYS, law_rows.parse_law)
    found.cycles += _list(root / "cycles.yaml", "cycles.yaml", found, law_rows.CYCLE_KEYS, law_rows.parse_cycle)
    _penalties(root / PENALTIES, found)
    found.forms += _list(root / "forms.yaml", "forms.yaml", found, law_rows.FORM_KEYS, law_rows.parse_form)
    if not found.problems:
        try:
            RuleSet.build(
                SHIPPED_VERSION, found.limits, found.law, cycles=found.cycles, violations=found.violations,
                penalties=found.penalties, forms=found.forms,
            )  # fmt: skip
        except LimitError as error:
            named = [found.places[word] for word in re.findall(r"[\w-]+", str(error)) if word in found.places]
            found.problems.append(LintProblem(*(named or [(LIMITS, 1)])[0], str(error)))
    return found


def lint_items(found: Rules, items: Mapping[str, Iterable[str]]) -> list[LintProblem]:
    """Return what violations name that no checklist has; `items` = the keys of each checklist by its code.

    A code that the law knows may come before its checklist.
    """
    problems = []
    domains = {domain for row in found.law for domain in row.domains}
    for violation in found.violations:
        for code, keys in violation.items.items():
            place = found.places[violation.id]
            if code not in items and code in domains:
                continue
            if code not in items:
                problems.append(LintProblem(*place, f"{violation.id}: không có danh mục {code}"))
            elif strange := [key for key in keys if key not in items[code]]:
                problems.append(LintProblem(*place, f"{violation.id}: {code} không có hạng mục {', '.join(strange)}"))
    return problems


def _list(path: Path, name: str, found: Rules, keys: set[str], parse: Callable[[object, str], _Row]) -> list[_Row]:
    """Return the rows of a file that is one list; none where the folder has no such file."""
    if not path.exists():
        return []
    reader = Reader(name, found.problems)
    return _read(reader, reader.open(path), found, keys, parse)


def _penalties(path: Path, found: Rules) -> None:
    if not path.exists():
        return
    reader = Reader(path.name, found.problems)
    node = reader.open(path)
    lists = {} if node is None else reader.mapping(node, "tệp", PENALTY_LISTS)
    violations, articles = (lists.get(name) for name in PENALTY_LISTS)
    found.violations += _read(reader, violations, found, law_rows.VIOLATION_KEYS, law_rows.parse_violation)
    found.penalties += _read(reader, articles, found, law_rows.PENALTY_KEYS, law_rows.parse_penalty)


def _read(
    reader: Reader, node: yaml.Node | None, found: Rules, keys: set[str], parse: Callable[[object, str], _Row]
) -> list[_Row]:
    rows = []
    for each in reader.sequence(node, "tệp"):
        known = len(reader.problems)
        cells = reader.mapping(each, "dòng", {"id"}, keys)
        if len(reader.problems) > known:
            continue
        try:
            row = parse(_plain(each), reader.file)
        except LimitError as error:
            reader.complain(_cell_of(each, cells, str(error)), str(error).removeprefix(f"{reader.file} "))
            continue
        except ValueError:  # the YAML loader, at 2021-02-30
            reader.complain(each, "ngày không có trong lịch")
            continue
        if isinstance(row, Limit) and (wrong := _unusable(row)):
            reader.complain(cells[wrong[0]], wrong[1])
        rows.append(row)
        found.places[str(cells["id"].value)] = reader.file, each.start_mark.line + 1
    return rows


def _unusable(limit: Limit) -> tuple[str, str] | None:
    """Return the key and the complaint of a row that no procedure could ever compare with."""
    served = [name for name in procedures.names() if serves(limit.procedure, name)]
    if not served and limit.procedure not in TO_READ:
        return "procedure", f"không có phương pháp {limit.procedure}; đang có: {', '.join(procedures.names())}"
    for name in served:
        if strange := sorted(limit.parameters.keys() - procedures.limit_keys(name)):
            return "parameters", f"{name} không có thông số {', '.join(strange)}"
        for key, unit in (("unit", limit.unit), ("floor_unit", limit.floor_unit)):
            if unit is not None and unit not in procedures.limit_units(name):
                return key, f"{key} của {name} phải là {' hoặc '.join(procedures.limit_units(name))}"
    return None


def _plain(node: yaml.Node) -> Any:
    """Return the value that the loader of `read_rules` makes of a node."""
    return yaml.SafeLoader("").construct_document(node)


def _cell_of(row: yaml.Node, cells: dict[str, yaml.Node], message: str) -> yaml.Node:
    """Return the cell that a complaint names, else the whole row."""
    return next((cells[word] for word in re.findall(r"\w+", message.partition(": ")[2]) if word in cells), row)
