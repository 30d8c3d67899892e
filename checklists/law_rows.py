"""Documents, verification cycles, violations, penalty articles and forms between plain data and model.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checklists.model import Amount, Cycle, Form, Law, LimitStatus, Penalty, Violation
from checklists.rows import LimitError, Row, iso

_OWN = {"source", "valid_from", "valid_to", "status", "note", "reviewed_by", "reviewed_on"}
LAW_KEYS = {"id", "number", "title", "domains", "issued_on", "replaced_by", "amended_by"} | _OWN
CYCLE_KEYS = {"id", "instrument_type", "kind", "title", "months", "edition"} | _OWN
VIOLATION_KEYS = {"id", "title", "items"}
PENALTY_KEYS = {
    *("id", "violations", "law", "article", "what", "amounts", "doubled_for_organisations", "doubled_status"),
    *_OWN,
}
FORM_KEYS = {"id", "paper", "domains", "law", "code", "title"} | _OWN
PAPERS = (
    *("decision", "announcement", "working", "inspection", "amendment", "sampling", "sealing", "unsealing"),
    *("seal", "handover", "suspension", "resumption", "laboratory_result", "not_carried_out", "violation"),
)
"""The papers that a form may be prescribed for."""
MAX_MONTHS = 240
MAX_AMOUNT = 10**12
_KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def parse_law(raw: object, where: str) -> Law:
    """Return a document from YAML or served JSON; refuses unknown keys and a row that no domain cites."""
    row = Row(raw, LAW_KEYS, where)
    law = Law(
        id=row.text("id"),
        number=row.text("number"),
        title=row.text("title"),
        domains=_some(row, "domains"),
        issued_on=row.day("issued_on"),
        replaced_by=row.text_or_none("replaced_by"),
        amended_by=row.texts("amended_by"),
        **row.provenance(),
    )
    if law.issued_on and law.valid_from and law.valid_from < law.issued_on:
        raise LimitError(f"{row.where}: valid_from trước issued_on")
    return law


def parse_cycle(raw: object, where: str) -> Cycle:
    """Return a verification cycle; one without months cannot be confirmed."""
    row = Row(raw, CYCLE_KEYS, where)
    cycle = Cycle(
        id=row.text("id"),
        instrument_type=_key(row, "instrument_type"),
        kind=None if row.raw.get("kind") is None else _key(row, "kind"),
        title=row.text("title"),
        months=row.whole("months", MAX_MONTHS),
        edition=row.text("edition"),
        **row.provenance(),
    )
    if cycle.months is None and cycle.status is LimitStatus.CONFIRMED:
        raise LimitError(f"{row.where}: đã xác nhận thì phải có months")
    return cycle


def parse_violation(raw: object, where: str) -> Violation:
    """Return a violation with the checklist items that find it."""
    row = Row(raw, VIOLATION_KEYS, where)
    items = row.raw.get("items") or {}
    if not isinstance(items, Mapping) or not all(
        isinstance(code, str) and isinstance(keys, list) and keys and all(isinstance(key, str) for key in keys)
        for code, keys in items.items()
    ):
        raise LimitError(f"{row.where}: items phải là các cặp danh mục: [hạng mục]")
    return Violation(row.text("id"), row.text("title"), {code: tuple(keys) for code, keys in items.items()})


def parse_penalty(raw: object, where: str) -> Penalty:
    """Return a penalty article; refuses an amount whose article nobody confirmed, and one without an article."""
    row = Row(raw, PENALTY_KEYS, where)
    penalty = Penalty(
        id=row.text("id"),
        violations=_some(row, "violations"),
        law=row.text("law"),
        article=row.text_or_none("article"),
        what=row.text("what"),
        amounts=_amounts(row),
        doubled_for_organisations=_flag(row, "doubled_for_organisations"),
        doubled_status=None if row.raw.get("doubled_status") is None else row.status("doubled_status"),
        **row.provenance(),
    )
    if penalty.amounts and (penalty.status is LimitStatus.UNCONFIRMED or penalty.article is None):
        raise LimitError(f"{row.where}: amounts chỉ ghi ở dòng đã xác nhận và có article")
    if (penalty.doubled_for_organisations is None) != (penalty.doubled_status is None):
        raise LimitError(f"{row.where}: doubled_for_organisations và doubled_status đi cùng nhau")
    return penalty


def parse_form(raw: object, where: str) -> Form:
    """Return a prescribed form."""
    row = Row(raw, FORM_KEYS, where)
    return Form(
        id=row.text("id"),
        paper=row.choice("paper", PAPERS),
        domains=_some(row, "domains"),
        law=row.text("law"),
        code=row.text("code"),
        title=row.text("title"),
        **row.provenance(),
    )


def _amounts(row: Row) -> tuple[Amount, ...]:
    raw = row.raw.get("amounts") or []
    if not isinstance(raw, list):
        raise LimitError(f"{row.where}: amounts phải là danh sách")
    found = []
    for each in raw:
        inner = Row(each, {"least", "most", "whom", "when"}, f"{row.where}: amounts")
        least, most = inner.whole("least", MAX_AMOUNT), inner.whole("most", MAX_AMOUNT)
        if least is None or most is None or most < least:
            raise LimitError(f"{row.where}: amounts phải có least và most, least không lớn hơn most")
        whom = None if inner.raw.get("whom") is None else inner.choice("whom", ("individual", "organisation"))
        found.append(Amount(least, most, whom, inner.text_or_none("when")))
    return tuple(found)


def _some(row: Row, key: str) -> tuple[str, ...]:
    texts = row.texts(key)
    if not texts:
        raise LimitError(f"{row.where}: thiếu {key}")
    return texts


def _key(row: Row, key: str) -> str:
    text = row.text(key)
    if not _KEY.fullmatch(text):
        raise LimitError(f"{row.where}: {key} phải viết bằng chữ thường không dấu, số và gạch dưới")
    return text


def _flag(row: Row, key: str) -> bool | None:
    value = row.raw.get(key)
    if value is not None and not isinstance(value, bool):
        raise LimitError(f"{row.where}: {key} phải là true hoặc false")
    return value


def serve_law(law: Law) -> dict[str, Any]:
    """Return the row as served. Keys that came with rule set 2026.2 stand only where they say something: the rule sets
    made before keep their fingerprints."""
    newer = {"issued_on": iso(law.issued_on), "reviewed_by": law.reviewed_by, "reviewed_on": iso(law.reviewed_on)}
    return {
        "id": law.id,
        "number": law.number,
        "title": law.title,
        "domains": list(law.domains),
        "valid_from": iso(law.valid_from),
        "valid_to": iso(law.valid_to),
        "status": law.status.value,
        "source": law.source,
        "replaced_by": law.replaced_by,
        "amended_by": list(law.amended_by),
        "note": law.note,
        **{key: value for key, value in newer.items() if value is not None},
    }


def serve_cycle(cycle: Cycle) -> dict[str, Any]:
    """Return the row as served."""
    return {
        "id": cycle.id,
        "instrument_type": cycle.instrument_type,
        "kind": cycle.kind,
        "title": cycle.title,
        "months": cycle.months,
        "edition": cycle.edition,
        **_served(cycle),
    }


def serve_violation(violation: Violation) -> dict[str, Any]:
    """Return the violation as served."""
    items = {code: list(keys) for code, keys in violation.items.items()}
    return {"id": violation.id, "title": violation.title, "items": items}


def serve_penalty(penalty: Penalty) -> dict[str, Any]:
    """Return the row as served."""
    doubled = penalty.doubled_status
    return {
        "id": penalty.id,
        "violations": list(penalty.violations),
        "law": penalty.law,
        "article": penalty.article,
        "what": penalty.what,
        "amounts": [{"least": a.least, "most": a.most, "whom": a.whom, "when": a.when} for a in penalty.amounts],
        "doubled_for_organisations": penalty.doubled_for_organisations,
        "doubled_status": doubled and doubled.value,
        **_served(penalty),
    }


def serve_form(form: Form) -> dict[str, Any]:
    """Return the row as served."""
    return {
        "id": form.id,
        "paper": form.paper,
        "domains": list(form.domains),
        "law": form.law,
        "code": form.code,
        "title": form.title,
        **_served(form),
    }


def _served(row: Cycle | Penalty | Form) -> dict[str, Any]:
    return {
        "source": row.source,
        "valid_from": iso(row.valid_from),
        "valid_to": iso(row.valid_to),
        "status": row.status.value,
        "note": row.note,
        "reviewed_by": row.reviewed_by,
        "reviewed_on": iso(row.reviewed_on),
    }
