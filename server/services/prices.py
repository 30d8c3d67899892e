"""The price table of verification: what each kind of instrument costs, by which paper, from when; none ships.

A price is never changed: it ends, or, entered wrongly, is struck out with a reason and holds on no day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import case_fields, ledger
from server.services.case_fields import FaultError
from server.services.creation import created
from server.services.days import day_of
from server.services.establishment_columns import instrument_type, iso_day
from server.services.establishments import FieldFault, clean
from server.services.exports import DAY, NUMBER, Column, Listed
from server.services.tables import fold
from server.services.verifiers import instrument_types
from server.services.wording import plain_text
from sync.paper_words import INSTRUMENTS

KIND = "price"
CURRENT, AHEAD, PAST, STRUCK = "current", "ahead", "past", "struck"
STATES = {CURRENT: "Đang áp dụng", AHEAD: "Chưa đến ngày áp dụng", PAST: "Hết hiệu lực", STRUCK: "Đã gạch"}
LABELS = {
    "instrument_type": "Loại phương tiện đo", "text": "Nội dung", "amount": "Đơn giá", "basis": "Văn bản quy định",
    "valid_from": "Áp dụng từ", "valid_to": "Đến hết ngày",
}  # fmt: skip
_YEARS = range(2000, 2101)
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Price:
    """One price on a day."""

    id: str
    rev: int
    state: State
    status: str

    @property
    def type_words(self) -> str:
        """How its kind of instrument is called."""
        return INSTRUMENTS.get(str(self.state["instrument_type"]), str(self.state["instrument_type"]))


def listing(session: Session, on: date) -> list[Price]:
    """Return the whole table: what holds on top, by kind of instrument and text."""
    order = list(STATES)
    rows = [Price(d.id, d.rev, d.state, status_of(d.state, on)) for d in documents.of_kind(session, KIND)]
    return sorted(
        rows,
        key=lambda p: (order.index(p.status), p.type_words, str(p.state["text"]).casefold(), p.state["valid_from"]),
    )


def status_of(state: State, on: date) -> str:
    """Say whether a price holds on a day, will, or did."""
    if state.get("struck"):
        return STRUCK
    if str(state["valid_from"]) > on.isoformat():
        return AHEAD
    return PAST if state.get("valid_to") and str(state["valid_to"]) < on.isoformat() else CURRENT


def export(rows: Iterable[Price]) -> Listed:
    """Return prices as a list to export; its headings are those that an import takes."""
    columns = (Column(LABELS["instrument_type"]), Column(LABELS["text"], width=40), Column(LABELS["amount"], NUMBER),
               Column(LABELS["basis"], width=40), Column(LABELS["valid_from"], DAY), Column(LABELS["valid_to"], DAY),
               Column("Tình trạng"))  # fmt: skip
    lines = (
        (p.type_words, *(p.state.get(name) for name in ("text", "amount", "basis", "valid_from", "valid_to")), STATES[p.status])
        for p in rows
    )  # fmt: skip
    return Listed("bang-gia", "Bảng giá kiểm định", columns, lines)


def read(values: Mapping[str, str]) -> tuple[dict[str, Any], list[FieldFault]]:
    """Read one price as it was typed; what is wrong in it comes back by field."""
    price: dict[str, Any] = dict.fromkeys(LABELS)
    faults: list[FieldFault] = []
    for name in LABELS:
        try:
            price[name] = _value(name, values.get(name, ""))
        except FieldFault as fault:
            faults.append(fault)
    if price["valid_from"] and price["valid_to"] and price["valid_to"] < price["valid_from"]:
        faults.append(FieldFault("valid_to", "sớm hơn ngày bắt đầu áp dụng"))
    return price, faults


def identity(price: State) -> tuple[str, str]:
    """What makes two prices be for the same thing: kind of instrument and text, case aside."""
    return str(price["instrument_type"]), str(price["text"]).casefold()


def clashes(price: State, known: Iterable[State]) -> State | None:
    """Return the known price whose time a new one would share; one without an end gives way to a later one."""
    for other in known:
        if other.get("struck") or identity(other) != identity(price) or gives_way(other, price):
            continue
        starts_after = other.get("valid_to") and str(other["valid_to"]) < str(price["valid_from"])
        ends_before = price.get("valid_to") and str(price["valid_to"]) < str(other["valid_from"])
        if not (starts_after or ends_before):
            return other
    return None


def gives_way(old: State, new: State) -> bool:
    """Say whether a price without an end ends the day before a new one for the same thing begins."""
    same = not old.get("struck") and identity(old) == identity(new)
    return same and not old.get("valid_to") and str(old["valid_from"]) < str(new["valid_from"])


def is_same(price: State, other: State) -> bool:
    """Say whether two prices say the same."""
    return not other.get("struck") and all(price[name] == other.get(name) for name in LABELS if name != "valid_to")


def add(session: Session, fresh: Sequence[State], *, actor: str, now: datetime) -> int:
    """Write prices that were read without faults and end those that give way to them; returns how many are new.

    Refuses (CONFLICT) one whose time another price for the same thing shares: its caller looked before.
    """
    documents.reserve(
        session, [(KIND, "table")]
    )  # two people who add at once meet here: a new price has no row to lock
    known = documents.of_kind(session, KIND)
    locked = documents.many(session, [(KIND, d.id) for d in known], lock=True)
    standing = {id: dict(row.state) for (_, id), row in locked.items() if not row.is_deleted}
    ended: dict[str, str] = {}
    for price in sorted(fresh, key=lambda p: str(p["valid_from"])):
        for id, old in standing.items():
            if gives_way(old, price):
                old["valid_to"] = ended[id] = _day_before(str(price["valid_from"]))
        if clash := clashes(price, standing.values()):
            raise Problem(ProblemCode.CONFLICT, said_clash(clash))
        standing[ledger.new_id()] = dict(price)
    changes = [
        created(KIND, ledger.AGENCY, standing[id], actor=actor, id=id) for id in standing if (KIND, id) not in locked
    ]
    changes += [
        ledger.revision(KIND, row, dict(standing[id]), actor=actor) for (_, id), row in locked.items() if id in ended
    ]
    ledger.record(session, changes, now)
    return len(fresh)


def said_clash(other: State) -> str:
    """Say which price stands in the way."""
    until = f"đến {_written(other['valid_to'])}" if other.get("valid_to") else "chưa có ngày kết thúc"
    return f"Đã có giá cho “{other['text']}” áp dụng từ {_written(other['valid_from'])}, {until}."


def end(session: Session, id: str, last: str, *, seen: str, actor: str, now: datetime) -> None:
    """Let a price end after a day."""
    row = _standing(session, id, seen)
    day = day_of(last)
    if day is None or day.isoformat() < str(row.state["valid_from"]):
        raise _refused(f"Ngày cuối phải từ ngày {_written(row.state['valid_from'])} trở đi.")
    state = {**row.state, "valid_to": day.isoformat()}
    ledger.record(session, [ledger.revision(KIND, row, state, actor=actor)], now)


def strike(session: Session, id: str, reason: str, *, seen: str, actor: str, now: datetime) -> None:
    """Strike out a price that was entered wrongly, for a reason: it stays readable and holds on no day."""
    row = _standing(session, id, seen)
    said = plain_text(reason)
    if not said or len(said) > case_fields.MAX_LINE:
        raise _refused(f"Phải ghi lý do gạch (tối đa {case_fields.MAX_LINE} ký tự).")
    struck = {"reason": said, "by": actor, "at": now.isoformat(timespec="seconds")}
    # An end before the beginning: a tablet that knows no `struck` uses it on no day either.
    state = {**row.state, "struck": struck, "valid_to": _day_before(str(row.state["valid_from"]))}
    ledger.record(session, [ledger.revision(KIND, row, state, actor=actor)], now)


def _standing(session: Session, id: str, seen: str) -> Document:
    row = documents.many(session, [(KIND, id)], lock=True).get((KIND, id))
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có giá này.")
    if str(row.rev) != seen or row.state.get("struck"):
        raise Problem(ProblemCode.CONFLICT, "Giá này vừa được sửa ở trang khác: hãy xem lại rồi ghi lại.")
    return row


def _value(name: str, text: str) -> str | None:
    if text.startswith("="):
        raise FieldFault(name, "ô chứa công thức; hãy dán thành giá trị")
    line = clean(text, name)
    if not line and name != "valid_to":
        raise FieldFault(name, "không được để trống")
    if name == "instrument_type":
        return _type(line)
    if name == "amount":
        return _amount(line)
    return _day(name, line) if name in {"valid_from", "valid_to"} else line


def _type(line: str) -> str:
    known = instrument_types()
    code = {fold(words): code for code, words in known.items()}.get(fold(line)) or instrument_type(line)
    if code not in known:
        raise FieldFault("instrument_type", f"không có loại này; chọn một trong: {', '.join(known.values())}")
    return code


def _amount(line: str) -> str:
    try:
        return case_fields.amount_of(line.replace(",", "."))  # a machine set to English parts thousands by commas
    except FaultError as fault:
        raise FieldFault("amount", str(fault)) from None


def _day(name: str, line: str) -> str | None:
    if not line:
        return None
    day = day_of(iso_day(line))
    if day is None or day.year not in _YEARS:
        raise FieldFault(name, "không phải ngày (viết 31/12/2026 hoặc 2026-12-31)")
    return day.isoformat()


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _written(day: Any) -> str:
    return f"{date.fromisoformat(str(day)):%d/%m/%Y}"


def _refused(said: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, said)


def faulty(faults: Iterable[FieldFault]) -> Iterator[str]:
    """Say each fault with the name of its field."""
    return (f"{LABELS[fault.field]}: {fault.message}." for fault in faults)
