"""The register of measurement standards and own meters: certificates are added, never replaced; verdicts follow them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from checklists import standards as core
from checklists.limits import RuleSet
from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import ledger
from server.services.creation import created
from server.services.days import day_of
from server.services.wording import plain_text
from server.services.world import DatabaseWorld
from sync.batch import DeviceContext
from sync.findings import OPEN, recompute

KIND = "measurement_standard"
STATES = ("in_use", "sent_for_calibration", "broken", "retired")
DESCRIBED = ("name", "kind", "maker", "model", "serial", "range", "energy_range", "accuracy", "custodian")
MAX_TEXT = 300
MAX_REASON = 500
MAX_FACTORS = 50
_FACTOR = re.compile(r"\d{1,6}(\.\d{1,9})?", re.ASCII)
_OFFICE = DeviceContext(
    device_id="", user_id="system", role="admin", grants=frozenset(), next_device_seq=0, revoked=False, stopped=False,
    public_key=b"", led_campaigns=frozenset(),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate (giấy chứng nhận kiểm định, hiệu chuẩn) as typed; `factors` = correction factor by range or energy."""

    number: str
    body: str
    issued_on: date
    valid_until: date
    factors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, kind: str, *, number: str, body: str, issued_on: str, valid_until: str, factors: Mapping[str, str], today: date,
        rules: RuleSet,
    ) -> Certificate:  # fmt: skip
        """Read a certificate of a standard of this kind, every fault named.

        Without `valid_until` it lasts as long as the rule set lets one of its kind last; longer than that is refused.
        """
        faults: list[str] = []
        said, by = _words(faults, "số giấy chứng nhận", number), _words(faults, "nơi cấp giấy", body)
        issued = day_of(issued_on.strip())
        if issued is None:
            faults.append("Phải ghi ngày cấp giấy, dạng NĂM-THÁNG-NGÀY.")
        elif issued > today:
            faults.append(f"Ngày cấp {issued:%d/%m/%Y} ở sau hôm nay.")
        until = _until(faults, kind, issued, valid_until.strip(), rules)
        values = _factors(faults, factors)
        if faults or issued is None or until is None:
            raise Problem(ProblemCode.INVALID_REQUEST, " ".join(faults))
        return cls(said, by, issued, until, values)

    def state(self) -> dict[str, Any]:
        """The certificate as a document holds it."""
        return {"number": self.number, "body": self.body, "issued_on": self.issued_on.isoformat(),
                "valid_until": self.valid_until.isoformat(), "factors": dict(self.factors)}  # fmt: skip


def described(values: Mapping[str, str], attributes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read what a standard is, without its certificates; refuses one without name, kind or serial number."""
    faults: list[str] = []
    state: dict[str, Any] = {}
    for name in DESCRIBED:
        state[name] = plain_text(str(values.get(name) or ""))
        if len(state[name]) > MAX_TEXT:
            faults.append(f"Mỗi ô dài tối đa {MAX_TEXT} ký tự.")
    for name, label in (("name", "tên chuẩn"), ("kind", "loại"), ("serial", "số máy")):
        if not state[name]:
            faults.append(f"Thiếu {label}.")
    if state["kind"] and state["kind"] not in core.load().kinds:
        faults.append(f"Không có loại {state['kind'][:40]!r}; các loại: {', '.join(core.load().kinds)}.")
    if faults:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Chuẩn đo lường: {' '.join(dict.fromkeys(faults))}")
    return {**state, "state": "in_use", "attributes": dict(attributes or {})}


def register(
    session: Session, state: Mapping[str, Any], certificate: Certificate | None, *, actor: str, at: datetime
) -> str:
    """Write a standard as `described`, with its first certificate if it has one; return its id.

    Refuses (CONFLICT) a kind and serial number that the register has.
    """
    refuse_twin(session, state)
    whole = _with_certificates({**state}, [] if certificate is None else [certificate.state()])
    id = ledger.new_id()
    ledger.record(session, [created(KIND, ledger.AGENCY, whole, actor=actor, id=id)], at)
    return id


def refuse_twin(session: Session, state: Mapping[str, Any]) -> None:
    """Refuse (CONFLICT) a kind and serial number that the register has."""
    same = [d for d in documents.of_kind(session, KIND) if (d.state["kind"], d.state["serial"]) == (state["kind"], state["serial"])]  # fmt: skip
    if same:
        raise Problem(ProblemCode.CONFLICT, f"Chuẩn {state['name']} số {state['serial']} đã có trong sổ.")


def certify(
    session: Session, id: str, certificate: Certificate, *, actor: str, at: datetime, seen: int | None = None
) -> int:  # fmt: skip
    """Add a certificate; return how many verdicts of open inspections changed with it.

    Refuses (CONFLICT) a number that stands already, and where the standard changed since revision `seen`.
    """
    found = existing(session, id, seen)
    rows = _rows(found.state)
    if any(_folded(row) == certificate.number.casefold() for row in rows if not row.get("withdrawn")):
        raise Problem(ProblemCode.CONFLICT, f"Giấy chứng nhận số {certificate.number} đã có trong sổ của chuẩn này.")
    return _write(session, found, _with_certificates(found.state, [*rows, certificate.state()]), actor, at)


def withdraw(
    session: Session, id: str, number: str, reason: str, *, actor: str, at: datetime, seen: int | None = None
) -> int:  # fmt: skip
    """Strike out a certificate that was entered wrongly: it stays readable and counts no more. Returns as `certify`."""
    said = _reason(reason, "Phải ghi lý do gạch bỏ giấy chứng nhận.")
    found = existing(session, id, seen)
    rows = _rows(found.state)
    meant = [row for row in rows if _folded(row) == number.strip().casefold() and not row.get("withdrawn")]
    if not meant:
        raise Problem(ProblemCode.NOT_FOUND, f"Chuẩn này không có giấy chứng nhận số {number[:60]} đang tính.")
    meant[0]["withdrawn"] = {"reason": said, "by": actor, "at": at.isoformat(timespec="seconds")}
    return _write(session, found, _with_certificates(found.state, rows), actor, at)


def set_state(
    session: Session, id: str, state: str, reason: str, *, actor: str, at: datetime, seen: int | None = None
) -> None:
    """Say where a standard is: in use, sent for calibration, broken, retired. The last two need a reason.

    It decides what is offered for use, never a verdict: what was measured before it broke stands on its certificate.
    """
    if state not in STATES:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn tình trạng của chuẩn.")
    said = plain_text(reason)[:MAX_REASON]
    if state in {"broken", "retired"}:
        said = _reason(reason, "Phải ghi lý do khi chuẩn hỏng hoặc thôi dùng.")
    found = existing(session, id, seen)
    if found.state.get("state", "in_use") == state:
        raise Problem(ProblemCode.CONFLICT, "Chuẩn này đã ở tình trạng đó.")
    _write(session, found, {**found.state, "state": state, "state_reason": said}, actor, at)


def covering(session: Session, kind: str, first: date, last: date) -> list[str]:
    """Return the ids of the standards of a kind whose certificates cover every day of a period."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    found = [d for d in documents.of_kind(session, KIND) if d.state["kind"] == kind]
    return sorted(d.id for d in found if core.unsupported_on(d.state, days) is None)


def existing(session: Session, id: str, seen: int | None = None) -> Document:
    """Return a standard; refuses one that is not there, or (CONFLICT) one that changed since revision `seen`."""
    found = documents.get(session, KIND, id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có chuẩn đo lường này.")
    if seen is not None and found.rev != seen:
        raise Problem(ProblemCode.CONFLICT, "Chuẩn này vừa được người khác sửa: xin xem lại rồi ghi.")
    return found


def open_inspections(session: Session, id: str) -> list[str]:
    """Return the inspections that use a standard and whose verdicts still follow it."""
    query = select(Document).where(Document.kind == "inspection", Document.is_deleted.is_(False))
    found = session.scalars(query.where(cast(Document.state, Text).contains(f'"{id}"')))
    return sorted(d.id for d in found if d.state.get("status") in OPEN and id in (d.state.get("standards") or []))


def _write(session: Session, found: Document, state: dict[str, Any], actor: str, at: datetime) -> int:
    """Write a standard anew, then what follows from it in open inspections; return how many verdicts changed."""
    ledger.record(session, [ledger.change(session, KIND, found.id, ledger.AGENCY, state, actor=actor)], at)
    using = open_inspections(session, found.id)
    world = DatabaseWorld(session, _OFFICE, [])
    changes = recompute(world, using, at.isoformat()) if using else []
    ledger.record(session, changes, at)
    return len(changes)


def _rows(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the history to write on; what was recorded before there was one becomes its first row."""
    return [dict(row) for row in state.get("certificates") or core.certificates(state)]


def _with_certificates(state: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Put certificates into a state, and what tablets read of the newest one."""
    whole = {**state, "certificates": rows}
    newest = core.certificates(whole)[-1:] if rows else []
    return {**whole, "calibrated_until": newest[0]["valid_until"] if newest else None,
            "certificate_number": newest[0]["number"] if newest else ""}  # fmt: skip


def _until(faults: list[str], kind: str, issued: date | None, typed: str, rules: RuleSet) -> date | None:
    until = day_of(typed)
    longest = None if issued is None else core.longest_until(rules, kind, issued)
    if not typed and longest is not None:
        return longest[0]
    if until is None:
        faults.append("Phải ghi hạn của giấy chứng nhận, dạng NĂM-THÁNG-NGÀY.")
    elif issued is not None and until < issued:
        faults.append("Hạn của giấy chứng nhận ở trước ngày cấp.")
    elif longest is not None and until > longest[0]:
        day, cycle = longest
        faults.append(f"Hạn không được quá {day:%d/%m/%Y}: {cycle.months} tháng kể từ ngày cấp, theo {cycle.source}.")
    return until


def _factors(faults: list[str], typed: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in list(typed.items())[:MAX_FACTORS]:
        key, number = plain_text(name)[:MAX_TEXT], plain_text(value).replace(",", ".")
        if not key or not _FACTOR.fullmatch(number) or not float(number):
            faults.append(
                f"Hệ số hiệu chuẩn “{plain_text(name)[:60]}: {plain_text(value)[:60]}” phải là khoảng đo và một số dương."
            )
        found[key] = number
    return found


def _words(faults: list[str], label: str, typed: str) -> str:
    said = plain_text(typed)
    if not said or len(said) > MAX_TEXT:
        faults.append(f"Phải ghi {label} (tối đa {MAX_TEXT} ký tự).")
    return said


def _reason(typed: str, otherwise: str) -> str:
    said = plain_text(typed)
    if not said or len(said) > MAX_REASON:
        raise Problem(ProblemCode.INVALID_REQUEST, otherwise if not said else f"Lý do dài tối đa {MAX_REASON} ký tự.")
    return said


def _folded(row: Mapping[str, Any]) -> str:
    return str(row.get("number") or "").casefold()
