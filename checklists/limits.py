"""Dated limit rows and law as one immutable rule set: shipped, served to tablets, confirmed by the department."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from checklists.limit_rows import (
    LimitError,
    allowance,
    parse_law,
    parse_limit,
    serve_law,
    serve_limit,
)
from checklists.model import Law, Limit, LimitStatus

__all__ = ["SHIPPED_VERSION", "Law", "LimitError", "RuleSet", "load_rules", "read_rules"]

# Raise it in the commit that changes a shipped row: inspections pin a version and must not see it change.
SHIPPED_VERSION = "2026.1"
_DATA = Path(__file__).parent / "data"
# What a confirmation is stored in.
MAX_REVIEWER = 200
MAX_DOCUMENT = 1000


@dataclass(frozen=True)
class RuleSet:
    """One immutable version of all limits and law; inspections pin its version and sha256."""

    version: str
    sha256: str
    limits: tuple[Limit, ...]
    law: tuple[Law, ...]

    @classmethod
    def build(cls, version: str, limits: Iterable[Limit], law: Iterable[Law]) -> RuleSet:
        """Return a rule set with its fingerprint; refuses double ids and limits valid at once for one question."""
        rules = cls(version, "", tuple(limits), tuple(law))
        _refuse_double_ids(rules)
        _refuse_ambiguity(rules.limits)
        return replace(rules, sha256=hashlib.sha256(_canonical(rules._unsigned())).hexdigest())

    def _unsigned(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "limits": [serve_limit(limit) for limit in self.limits],
            "law": [serve_law(law) for law in self.law],
        }

    def served(self) -> dict[str, Any]:
        """Return the JSON of `/rules/{version}`."""
        return {**self._unsigned(), "sha256": self.sha256}

    @classmethod
    def from_served(cls, served: Mapping[str, Any]) -> RuleSet:
        """Return the rule set of a served JSON; refuses one whose fingerprint is not its own."""
        version, limits, law = served.get("version"), served.get("limits"), served.get("law")
        if not isinstance(version, str) or not isinstance(limits, list) or not isinstance(law, list):
            raise LimitError("bộ quy tắc thiếu version, limits hoặc law")
        rules = cls.build(
            version,
            (parse_limit(row, "limits") for row in limits),
            (parse_law(row, "law") for row in law),
        )
        if rules.sha256 != served.get("sha256"):
            raise LimitError(f"bộ quy tắc {version}: dấu vân tay sha256 không khớp nội dung")
        return rules

    def find(self, procedure: str, *, on: date, context: str, **parameters: str) -> Limit | None:
        """Return the row in force for this procedure, day and context whose own parameters all agree, or None.

        A row of a family serves its procedures: `nawi` serves `nawi-load` and the others.
        """
        for limit in self.limits:
            if (
                serves(limit.procedure, procedure)
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

    def law_on(self, domain: str, on: date) -> tuple[Law, ...]:
        """Return what to cite for a checklist code or subject on that day, in the order of law.yaml.

        A date that was never read does not exclude a row: the row says so in its note and status.
        """
        return tuple(
            law
            for law in self.law
            if domain in law.domains
            and (law.valid_from is None or law.valid_from <= on)
            and (law.valid_to is None or on <= law.valid_to)
        )

    def with_confirmed(self, limit_id: str, value: str | None, reviewed_by: str, document: str, on: date) -> RuleSet:
        """Return a new version where the department has confirmed this row, `value` replacing the shipped number.

        Refuses an unknown row, a row without any number, a number for a table, a row that is confirmed with this
        number already, and a reviewer or document that is missing or too long. The dates of the row stay: older
        inspections keep the version that they pinned.
        """
        old = self.limit(limit_id)
        if old is None:
            raise LimitError(f"không có giới hạn nào mang mã {limit_id[:80]}")
        reviewed_by = _words(reviewed_by, "người soát xét", MAX_REVIEWER)
        document = _words(document, "văn bản căn cứ", MAX_DOCUMENT)
        if value is not None and old.table is not None:
            raise LimitError(f"{limit_id} là bảng nhiều bậc, không thay bằng một giá trị")
        new = old.value if value is None else allowance(value, "giá trị xác nhận")
        if new is None and old.table is None:
            raise LimitError(f"{limit_id} chưa có giá trị: hãy nhập giá trị kèm văn bản căn cứ")
        if old.status is LimitStatus.CONFIRMED and new == old.value:
            by = f" bởi {old.reviewed_by}" if old.reviewed_by else ""
            raise LimitError(f"{limit_id} đã được xác nhận{by}, theo {old.source}; chỉ xác nhận lại khi sửa giá trị")
        confirmed = replace(
            old,
            value=new,
            status=LimitStatus.CONFIRMED,
            source=document,
            reviewed_by=reviewed_by,
            reviewed_on=on,
            note=f"Trước khi xác nhận: {old.source}" + (f". {old.note}" if old.note else ""),
        )
        limits = (confirmed if limit.id == limit_id else limit for limit in self.limits)
        return RuleSet.build(_next_version(self.version), limits, self.law)


@lru_cache(maxsize=1)
def load_rules() -> RuleSet:
    """Return the shipped rule set."""
    return read_rules(_DATA, SHIPPED_VERSION)


def read_rules(folder: Path, version: str) -> RuleSet:
    """Return the rule set of a folder (`limits/*.yaml` and `law.yaml`); refuses rows that are wrong or ambiguous."""
    limits = [parse_limit(row, path.name) for path in sorted((folder / "limits").glob("*.yaml")) for row in _rows(path)]
    law = [parse_law(row, "law.yaml") for row in _rows(folder / "law.yaml")]
    return RuleSet.build(version, limits, law)


def _rows(path: Path) -> list[object]:
    try:
        rows = yaml.safe_load(unicodedata.normalize("NFC", path.read_text("utf-8")))
    except yaml.YAMLError as error:
        raise LimitError(f"{path.name}: không đọc được YAML: {error}") from error
    if not isinstance(rows, list):
        raise LimitError(f"{path.name}: phải là một danh sách dòng")
    return rows


def _refuse_double_ids(rules: RuleSet) -> None:
    for kind, ids in (("giới hạn", [r.id for r in rules.limits]), ("văn bản", [r.id for r in rules.law])):
        if doubled := [key for key, count in Counter(ids).items() if count > 1]:
            raise LimitError(f"mã {kind} bị trùng: {', '.join(doubled)}")
    known = {law.id for law in rules.law}
    for law in rules.law:
        if missing := [ref for ref in (law.replaced_by, *law.amended_by) if ref and ref not in known]:
            raise LimitError(f"law.yaml {law.id}: không có văn bản {', '.join(missing)}")


def _refuse_ambiguity(limits: tuple[Limit, ...]) -> None:
    for one, two in combinations(limits, 2):
        if (
            (serves(one.procedure, two.procedure) or serves(two.procedure, one.procedure))
            and (one.context == two.context or "any" in (one.context, two.context))
            and one.valid_from <= (two.valid_to or date.max)
            and two.valid_from <= (one.valid_to or date.max)
            and all(one.parameters[key] == two.parameters[key] for key in one.parameters.keys() & two.parameters)
        ):
            raise LimitError(f"{one.id} và {two.id} cùng có hiệu lực cho một trường hợp: không biết chọn dòng nào")


def serves(row: str, procedure: str) -> bool:
    """Tell whether a row with this `procedure` is read by a procedure: by its own, or as a family by all of it."""
    return procedure == row or procedure.startswith(f"{row}-")


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
