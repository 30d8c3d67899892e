"""Dated limit rows and law as one immutable rule set: shipped, served to tablets, confirmed by the department."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from checklists import law_rows, rule_checks
from checklists.law_rows import MAX_MONTHS
from checklists.limit_rows import parse_limit, serve_limit
from checklists.model import Cycle, Form, Law, Limit, LimitStatus, Penalty, Violation
from checklists.rows import LimitError, allowance

__all__ = ["SHIPPED_VERSION", "AnyRow", "Law", "LimitError", "RuleSet", "load_rules", "read_rules"]

# Raise it in the commit that changes a shipped row: inspections pin a version and must not see it change.
SHIPPED_VERSION = "2026.2"
_DATA = Path(__file__).parent / "data"
# What a confirmation is stored in.
MAX_REVIEWER = 200
MAX_DOCUMENT = 1000
MAX_ARTICLE = 40
PENALTIES = "penalties.yaml"
PENALTY_LISTS = ("violations", "articles")


AnyRow = Limit | Law | Cycle | Penalty | Form
"""A row that the department can confirm."""
# The kinds of rows of a rule set: how each is read and served. The first two are in every rule set; the others came
# with 2026.2 and stand only where there are any, so that the rule sets made before keep their fingerprints.
_KINDS: dict[str, tuple[Callable[[object, str], Any], Callable[[Any], dict[str, Any]]]] = {
    "limits": (parse_limit, serve_limit),
    "law": (law_rows.parse_law, law_rows.serve_law),
    "cycles": (law_rows.parse_cycle, law_rows.serve_cycle),
    "violations": (law_rows.parse_violation, law_rows.serve_violation),
    "penalties": (law_rows.parse_penalty, law_rows.serve_penalty),
    "forms": (law_rows.parse_form, law_rows.serve_form),
}
_ALWAYS = ("limits", "law")
CONFIRMABLE = ("limits", "law", "cycles", "penalties", "forms")


@dataclass(frozen=True)
class RuleSet:
    """One immutable version of all limits and law; inspections pin its version and sha256."""

    version: str
    sha256: str
    limits: tuple[Limit, ...]
    law: tuple[Law, ...]
    cycles: tuple[Cycle, ...] = ()
    violations: tuple[Violation, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    forms: tuple[Form, ...] = ()

    @classmethod
    def build(cls, version: str, limits: Iterable[Limit], law: Iterable[Law], **more: Iterable[Any]) -> RuleSet:
        """Return a rule set with its fingerprint; refuses double ids, dangling ones and rows valid at once for one
        question. `more` = cycles, violations, penalties, forms."""
        rest = {name: tuple(rows) for name, rows in more.items()}
        rules = cls(version, "", tuple(limits), tuple(law), **rest)
        rule_checks.check(rules.limits, rules.law, rules.cycles, rules.violations, rules.penalties, rules.forms)
        return replace(rules, sha256=hashlib.sha256(_canonical(rules._unsigned())).hexdigest())

    def _unsigned(self) -> dict[str, Any]:
        rows = {name: [serve(row) for row in getattr(self, name)] for name, (_, serve) in _KINDS.items()}
        return {"version": self.version, **{name: each for name, each in rows.items() if each or name in _ALWAYS}}

    def served(self) -> dict[str, Any]:
        """Return the JSON of `/rules/{version}`."""
        return {**self._unsigned(), "sha256": self.sha256}

    @classmethod
    def from_served(cls, served: Mapping[str, Any]) -> RuleSet:
        """Return the rule set of a served JSON; refuses one whose fingerprint is not its own."""
        version = served.get("version")
        raw = {name: served.get(name, None if name in _ALWAYS else []) for name in _KINDS}
        if not isinstance(version, str) or not all(isinstance(rows, list) for rows in raw.values()):
            raise LimitError("bộ quy tắc thiếu version, limits hoặc law")
        parsed = {name: [parse(row, name) for row in raw[name]] for name, (parse, _) in _KINDS.items()}
        rules = cls.build(version, **parsed)
        if rules.sha256 != served.get("sha256"):
            raise LimitError(f"bộ quy tắc {version}: dấu vân tay sha256 không khớp nội dung")
        return rules

    def find(self, procedure: str, *, on: date, context: str, **parameters: str) -> Limit | None:
        """Return the row in force for this procedure, day and context whose own parameters all agree, or None.

        A row of a family serves its procedures: `nawi` serves `nawi-load` and the others.
        """
        for limit in self.limits:
            if (
                rule_checks.serves(limit.procedure, procedure)
                and limit.context in (context, "any")
                and limit.valid_from <= on
                and (limit.valid_to is None or on <= limit.valid_to)
                and all(parameters.get(key) == value for key, value in limit.parameters.items())
            ):
                return limit
        return None

    def limit(self, limit_id: str) -> Limit | None:
        """Return the row with this id, or None."""
        return next((limit for limit in self.limits if limit.id == limit_id), None)

    def row(self, row_id: str) -> AnyRow | None:
        """Return the limit, document, cycle, article or form with this id, or None."""
        return next((row for name in CONFIRMABLE for row in getattr(self, name) if row.id == row_id), None)

    def with_confirmed(
        self, row_id: str, value: str | None, reviewed_by: str, document: str, on: date, *, again: bool = False
    ) -> RuleSet:
        """Return a new version where the department has confirmed this row, `value` replacing the shipped number.

        Refuses an unknown row, a row without any number, a number for what has none, a row that is confirmed with this
        number already (unless `again`: the department takes over what a release confirmed otherwise), and a reviewer or
        document that is missing or too long. The dates of the row stay: older inspections keep the version that they
        pinned.
        """
        old = self.row(row_id)
        if old is None:
            raise LimitError(f"không có giới hạn, chu kỳ hay văn bản nào mang mã {row_id[:80]}")
        reviewed_by = _words(reviewed_by, "người soát xét", MAX_REVIEWER)
        document = _words(document, "văn bản căn cứ", MAX_DOCUMENT)
        figure = _figure(old, value)
        same = all(getattr(old, name) == number for name, number in figure.items())
        if old.status is LimitStatus.CONFIRMED and same and not again:
            by = f" bởi {old.reviewed_by}" if old.reviewed_by else ""
            raise LimitError(f"{row_id} đã được xác nhận{by}, theo {old.source}; chỉ xác nhận lại khi sửa giá trị")
        confirmed = replace(
            old,
            **figure,
            status=LimitStatus.CONFIRMED,
            source=document,
            reviewed_by=reviewed_by,
            reviewed_on=on,
            note=f"Trước khi xác nhận: {old.source}" + (f". {old.note}" if old.note else ""),
        )
        return self.with_rows(_next_version(self.version), {row_id: confirmed})

    def with_rows(self, version: str, rows: Mapping[str, AnyRow]) -> RuleSet:
        """Return a new version where these rows stand in the place of those with their ids."""
        kinds = {name: [rows.get(row.id, row) for row in getattr(self, name)] for name in _KINDS}
        return RuleSet.build(version, **kinds)


@lru_cache(maxsize=1)
def load_rules() -> RuleSet:
    """Return the shipped rule set."""
    return read_rules(_DATA, SHIPPED_VERSION)


def read_rules(folder: Path, version: str) -> RuleSet:
    """Return the rule set of a folder (`limits/*.yaml`, `law.yaml`, `cycles.yaml`, `penalties.yaml`, `forms.yaml`);
    refuses rows that are wrong or ambiguous."""
    files = {"law": folder / "law.yaml", "cycles": folder / "cycles.yaml", "forms": folder / "forms.yaml"}
    raw = {name: _rows(path) for name, path in files.items() if path.exists()}
    if (folder / PENALTIES).exists():
        raw |= dict(zip(("violations", "penalties"), _two_lists(folder / PENALTIES), strict=True))
    parsed = {name: [_KINDS[name][0](row, f"{name}.yaml") for row in rows] for name, rows in raw.items()}
    limits = [parse_limit(row, path.name) for path in sorted((folder / "limits").glob("*.yaml")) for row in _rows(path)]
    return RuleSet.build(version, limits, parsed.pop("law"), **parsed)


def _rows(path: Path) -> list[object]:
    rows = _plain(path)
    if not isinstance(rows, list):
        raise LimitError(f"{path.name}: phải là một danh sách dòng")
    return rows


def _two_lists(path: Path) -> tuple[list[object], list[object]]:
    """Return the violations and the articles of penalties.yaml."""
    both = _plain(path)
    violations, articles = (both.get(name) if isinstance(both, Mapping) else None for name in PENALTY_LISTS)
    if not isinstance(violations, list) or not isinstance(articles, list):
        raise LimitError(f"{path.name}: phải có hai danh sách {' và '.join(PENALTY_LISTS)}")
    return violations, articles


def _plain(path: Path) -> object:
    try:
        plain: object = yaml.safe_load(unicodedata.normalize("NFC", path.read_text("utf-8")))
    except yaml.YAMLError as error:
        raise LimitError(f"{path.name}: không đọc được YAML: {error}") from error
    return plain


def _figure(old: AnyRow, value: str | None) -> dict[str, Any]:
    """Return the number that a confirmation leaves in a row, under its name; nothing for a row without numbers."""
    if isinstance(old, Limit):
        if value is not None and old.table is not None:
            raise LimitError(f"{old.id} là bảng nhiều bậc, không thay bằng một giá trị")
        number = old.value if value is None else allowance(value, "giá trị xác nhận")
        if number is None and old.table is None:
            raise LimitError(f"{old.id} chưa có giá trị: hãy nhập giá trị kèm văn bản căn cứ")
        return {"value": number}
    if isinstance(old, Cycle):
        if value is not None and not (value.isascii() and value.isdecimal() and 0 < int(value) <= MAX_MONTHS):
            raise LimitError(f"chu kỳ phải là số tháng, từ 1 đến {MAX_MONTHS}")
        months = old.months if value is None else int(value)
        if months is None:
            raise LimitError(f"{old.id} chưa có số tháng: hãy nhập số tháng kèm văn bản căn cứ")
        return {"months": months}
    if isinstance(old, Penalty):
        return {"article": _article(old, value)}
    if value is not None:
        raise LimitError(f"{old.id} không có giá trị để sửa: xác nhận là nhận cả dòng đúng với văn bản")
    return {}


def _article(old: Penalty, value: str | None) -> str:
    """Return the article that a confirmation names; one for all where a row names several violations would be wrong."""
    article = old.article if value is None else _words(value, "điều khoản", MAX_ARTICLE)
    if article is None:
        raise LimitError(f"{old.id} chưa có điều khoản: hãy nhập điều khoản kèm văn bản căn cứ")
    if value is not None and value != old.article and len(old.violations) > 1:
        raise LimitError(f"{old.id} gộp nhiều hành vi: điều khoản của từng hành vi phải ghi trong bản phát hành sau")
    return article


def _next_version(version: str) -> str:
    base, _, count = version.partition("+")
    return f"{base}+{int(count or 0) + 1}"


def _words(text: str, what: str, longest: int) -> str:
    """Return what a person wrote in one line, NFC; refuses nothing, too much, and signs that cannot be printed."""
    words = unicodedata.normalize("NFC", text.strip())
    if not words:
        raise LimitError(f"xác nhận giới hạn phải ghi {what}")
    if len(words) > longest or not words.isprintable():
        raise LimitError(f"{what} phải là một dòng chữ in được, nhiều nhất {longest} ký tự")
    return words


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
