"""Batches of stickers and seals as the office receives them (lô tem, lô chì): entered, corrected, struck out, written off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem, ProblemCode
from server.services import ledger, mark_ledger
from server.services.creation import created
from server.services.days import day_of
from server.services.mark_ledger import BATCH, SEAL, STICKER, STOCK, UNSURE, Roll, Row
from server.services.wording import plain_text
from sync.ids import is_uuid, normal_serial
from sync.mark_ranges import MAX_DIGITS, MAX_PREFIX, Span, numbers_of, overlap, serial, spans

KINDS = {STICKER: "Tem kiểm định", SEAL: "Chì, niêm"}
MAX_BATCH = 20_000
"""Serials of one batch: a year's stickers of a province are some thousands."""
MAX_TEXT, MAX_REASON = 300, 500


@dataclass(frozen=True, slots=True)
class Received:
    """What somebody says that the office received; read strictly."""

    organisation_id: str
    kind: str
    prefix: str
    digits: int
    first: int
    last: int
    received_on: str
    received_from: str
    note: str

    @classmethod
    def of(cls, form: Mapping[str, str], today: date) -> Received:
        """Read a form, with the first and the last serial as they are printed; refuses with every fault at once."""
        faults: list[str] = []
        if form.get("kind", "") not in KINDS:
            faults.append("Hãy chọn tem hay chì.")
        prefix, digits, first, last = _range(faults, form.get("first", ""), form.get("last", ""))
        on = day_of(form.get("received_on", "").strip())
        if on is None:
            faults.append("Phải ghi ngày nhận, dạng NĂM-THÁNG-NGÀY.")
        elif on > today:
            faults.append(f"Ngày nhận {on:%d/%m/%Y} ở sau hôm nay.")
        said = {name: plain_text(form.get(name, "")) for name in ("received_from", "note")}
        if not said["received_from"]:
            faults.append("Phải ghi nhận từ đâu.")
        if any(len(text) > MAX_TEXT for text in said.values()):
            faults.append(f"Mỗi ô dài tối đa {MAX_TEXT} ký tự.")
        if faults or on is None:
            raise Problem(ProblemCode.INVALID_REQUEST, " ".join(faults))
        return cls(
            form.get("organisation_id", "")[:36], form["kind"], prefix, digits, first, last, on.isoformat(), **said
        )

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last serial as printed."""
        return serial(self.prefix, self.first, self.digits), serial(self.prefix, self.last, self.digits)

    @property
    def count(self) -> int:
        """How many serials."""
        return self.last - self.first + 1

    def state(self) -> dict[str, Any]:
        """The batch as a document holds it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def receive(session: Session, said: Received, *, actor: str, now: datetime) -> str:
    """Enter a batch; return its id. Refuses (CONFLICT) a serial that an earlier batch of the organisation has."""
    lock(session, said.organisation_id, said.kind)
    check(session, said)
    id = ledger.new_id()
    ledger.record(session, [created(BATCH, ledger.AGENCY, said.state(), actor=actor, id=id)], now)
    return id


def check(session: Session, said: Received, *, instead_of: str = "") -> None:
    """Refuse an unknown organisation, and serials of an earlier batch that counts (but for the one corrected)."""
    if not is_uuid(said.organisation_id) or documents.get(session, "organisation", said.organisation_id) is None:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn cơ quan nhận.")
    for roll in mark_ledger.load(session).of(said.organisation_id, said.kind):
        if roll.batch.id != instead_of and overlap(said.state(), roll.batch.state):
            first, last = roll.batch.ends
            on = date.fromisoformat(roll.batch.state["received_on"])
            raise Problem(ProblemCode.CONFLICT, f"Trùng số với lô {first} – {last} nhận ngày {on:%d/%m/%Y}.")


def correct(session: Session, id: str, said: Received, *, seen: int, actor: str, now: datetime) -> None:
    """Enter a batch anew that was written wrongly. Refuses one of which anything was given out or used."""
    roll = _untouched(session, id, seen)
    old = roll.batch.state
    if (said.organisation_id, said.kind) != (old["organisation_id"], old["kind"]):
        raise Problem(ProblemCode.INVALID_REQUEST, "Cơ quan và loại không sửa được: hãy gạch lô này rồi nhập lô mới.")
    check(session, said, instead_of=id)
    _write(session, roll.batch, {**old, **said.state()}, actor, now)


def void(session: Session, id: str, reason: str, *, seen: int, actor: str, now: datetime) -> None:
    """Strike a batch out, for a reason; it stays readable. Refuses one of which anything was given out or used."""
    said = required(reason, "Phải ghi lý do gạch lô.")
    roll = _untouched(session, id, seen)
    voided = {"reason": said, "by": actor, "at": now.isoformat(timespec="seconds")}
    _write(session, roll.batch, {**roll.batch.state, "voided": voided}, actor, now)


def write_off(
    session: Session, id: str, span: tuple[str, str], reason: str, *, seen: int, actor: str, now: datetime
) -> int:  # fmt: skip
    """Write off serials that were spoiled or lost at the office, for a reason; return how many.

    Refuses what is not at the office: what a tablet holds is written off there.
    """
    said = required(reason, "Phải ghi lý do tem, chì mất hoặc hỏng.")
    roll = _existing(session, id, seen)
    first, last = range_in(roll.batch, *span)
    for number in range(first, last + 1):
        if roll.fate(number) not in (STOCK, UNSURE):
            raise Problem(ProblemCode.CONFLICT, f"{roll.batch.text(number)} không còn ở cơ quan.")
    rows = [*roll.batch.state.get("written_off", ()), act(first, last, said, actor, now)]
    _write(session, roll.batch, {**_sure(roll.batch, (first, last)), "written_off": rows}, actor, now)
    return last - first + 1


def found_here(session: Session, id: str, span: tuple[str, str], *, seen: int, actor: str, now: datetime) -> int:
    """Note that serials passed over by a restore are at the office, so that they are given out again; return how many."""
    roll = _existing(session, id, seen)
    first, last = range_in(roll.batch, *span)
    unsure = {n for n in range(first, last + 1) if roll.fate(n) == UNSURE}
    if not unsure:
        raise Problem(ProblemCode.CONFLICT, "Trong dải này không có số nào chưa rõ.")
    _write(session, roll.batch, _sure(roll.batch, (first, last)), actor, now)
    return len(unsure)


def sure_of(session: Session, roll: Roll, span: Span, *, actor: str, now: datetime) -> None:
    """Take serials that somebody holds in the hand out of those passed over; the caller holds the ledger's lock."""
    state = _sure(roll.batch, span)
    if state != roll.batch.state:
        _write(session, roll.batch, state, actor, now)


def lock(session: Session, organisation_id: str, kind: str) -> None:
    """Hold an organisation's stickers, or its seals, alone until the transaction ends; before reading any of them."""
    if not is_uuid(organisation_id) or kind not in KINDS:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn cơ quan, chọn tem hay chì.")
    documents.reserve(session, [("marks", f"{organisation_id}/{kind}")])


def range_in(row: Row, first: str, last: str) -> Span:
    """Read a range of a batch or a lease as typed; `last` may be left out. Refuses what does not lie in it."""
    ends = row.number(first), row.number(last or first)
    if ends[0] is None or ends[1] is None or ends[0] > ends[1]:
        raise Problem(ProblemCode.INVALID_REQUEST, "Từ số, đến số phải nằm trong dải {} – {}.".format(*row.ends))
    return ends[0], ends[1]


def act(first: int, last: int, reason: str, actor: str, now: datetime) -> dict[str, Any]:
    """Build what a document keeps of serials written off."""
    return {"first": first, "last": last, "reason": reason, "by": actor, "at": now.isoformat(timespec="seconds")}


def required(typed: str, otherwise: str) -> str:
    """Read a reason; refuses nothing and too much."""
    said = plain_text(typed)
    if not said or len(said) > MAX_REASON:
        raise Problem(ProblemCode.INVALID_REQUEST, otherwise if not said else f"Lý do dài tối đa {MAX_REASON} ký tự.")
    return said


def _untouched(session: Session, id: str, seen: int) -> Roll:
    roll = _existing(session, id, seen)
    if not roll.is_untouched:
        raise Problem(ProblemCode.CONFLICT, "Lô này đã cấp hoặc đã dùng nên không sửa, không gạch được.")
    return roll


def _existing(session: Session, id: str, seen: int) -> Roll:
    row = mark_ledger.row_of(session, BATCH, id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có lô này trong sổ.")
    lock(session, row.state["organisation_id"], row.state["kind"])
    roll = mark_ledger.load(session).roll(id)
    if roll is None:
        raise Problem(ProblemCode.CONFLICT, "Lô này đã bị gạch.")
    if roll.batch.rev != seen:
        raise Problem(ProblemCode.CONFLICT, "Lô này vừa được người khác sửa: xin xem lại rồi ghi.")
    return roll


def _sure(batch: Row, span: Span) -> dict[str, Any]:
    """Return a batch's state without these numbers among those passed over."""
    if not batch.state.get("passed_over"):
        return batch.state
    left = numbers_of(batch.state["passed_over"], batch.whole) - set(range(span[0], span[1] + 1))
    return {**batch.state, "passed_over": [{"first": a, "last": b} for a, b in spans(left)]}


def _write(session: Session, batch: Row, state: dict[str, Any], actor: str, now: datetime) -> None:
    change = ledger.change(session, BATCH, batch.id, batch.scope, state, actor=actor)
    ledger.record(session, [change], now)


def _range(faults: list[str], first: str, last: str) -> tuple[str, int, int, int]:
    """Read two serials as printed into their common prefix, digits and numbers: 22B001001 and 22B001500 -> 22B, 6."""
    ends = [normal_serial(first), normal_serial(last)]
    tails = [len(text) - len(text.rstrip("0123456789")) for text in ends]
    prefixes = [text[: len(text) - tail] for text, tail in zip(ends, tails, strict=True)]
    if not all(tails):
        faults.append("Phải ghi số đầu và số cuối như in trên tem, chì; số phải kết thúc bằng chữ số.")
    elif prefixes[0] != prefixes[1] or tails[0] != tails[1]:
        faults.append("Số đầu và số cuối phải cùng ký hiệu đầu và cùng số chữ số.")
    elif tails[0] > MAX_DIGITS or len(prefixes[0]) > MAX_PREFIX or not prefixes[0].isprintable():
        faults.append(f"Ký hiệu đầu dài tối đa {MAX_PREFIX} ký tự, phần số tối đa {MAX_DIGITS} chữ số.")
    else:
        numbers = [int(text[-tails[0] :]) for text in ends]
        if numbers[1] < numbers[0]:
            faults.append("Số cuối phải lớn hơn hoặc bằng số đầu.")
        elif numbers[1] - numbers[0] >= MAX_BATCH:
            faults.append(f"Mỗi lô tối đa {MAX_BATCH} số: hãy chia thành nhiều lô.")
        return prefixes[0], tails[0], numbers[0], numbers[1]
    return "", 1, 0, 0
