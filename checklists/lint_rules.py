"""What makes the limit rows and the law wrong: each row alone with its line, then all of them together."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from checklists import procedures
from checklists.limit_rows import LAW_KEYS, LIMIT_KEYS, LimitError, parse_law, parse_limit
from checklists.limits import SHIPPED_VERSION, RuleSet, serves
from checklists.model import Law, Limit
from checklists.nodes import LintProblem, Reader

LAW = "law.yaml"
LIMITS = "limits"
# Rows that people read and no procedure judges by: the grades of gold (Bảng 3).
TO_READ = frozenset({"gold-grade"})
_Row = TypeVar("_Row", Limit, Law)


@dataclass
class Rules:
    """The rows of a data folder that can be read, where each stands, and every problem found."""

    limits: list[Limit] = field(default_factory=list)
    law: list[Law] = field(default_factory=list)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    problems: list[LintProblem] = field(default_factory=list)

    @property
    def numbers(self) -> frozenset[str] | None:
        """The numbers of the documents that a checklist may cite; None = no law in this folder, or wrong rows in it."""
        return frozenset(row.number for row in self.law) if self.law and not self.problems else None


def lint_rules(root: Path) -> Rules:
    """Return the limits and the law of a data folder with every problem: keys, dates, decimals, doubles, dangling ids."""
    found = Rules()
    for path in sorted((root / LIMITS).glob("*.yaml")):
        found.limits += _read(path, f"{LIMITS}/{path.name}", found, LIMIT_KEYS, parse_limit)
    if (root / LAW).exists():
        found.law += _read(root / LAW, LAW, found, LAW_KEYS, parse_law)
    if not found.problems:
        try:
            RuleSet.build(SHIPPED_VERSION, found.limits, found.law)
        except LimitError as error:
            named = [found.places[word] for word in re.findall(r"[\w-]+", str(error)) if word in found.places]
            found.problems.append(LintProblem(*(named or [(LIMITS, 1)])[0], str(error)))
    return found


def _read(path: Path, name: str, found: Rules, keys: set[str], parse: Callable[[object, str], _Row]) -> list[_Row]:
    reader = Reader(name, found.problems)
    node = reader.open(path)
    rows = []
    for each in reader.sequence(node, "tệp"):
        known = len(reader.problems)
        cells = reader.mapping(each, "dòng", {"id"}, keys)
        if len(reader.problems) > known:
            continue
        try:
            row = parse(_plain(each), name)
        except LimitError as error:
            reader.complain(_cell_of(each, cells, str(error)), str(error).removeprefix(f"{name} "))
            continue
        except ValueError:  # the YAML loader, at 2021-02-30
            reader.complain(each, "ngày không có trong lịch")
            continue
        if isinstance(row, Limit) and (wrong := _unusable(row)):
            reader.complain(cells[wrong[0]], wrong[1])
        rows.append(row)
        found.places[str(cells["id"].value)] = name, each.start_mark.line + 1
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
