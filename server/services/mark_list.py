"""The ledger of stickers and seals as the office reads it: batches with their figures, one serial by serial, who holds what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db.sync import Quarantine
from server.errors import Problem, ProblemCode
from server.services import mark_ledger, mark_words, paging
from server.services.exports import DAY, MOMENT, NUMBER, Cell, Column, Listed
from server.services.mark_ledger import FATES, HELD, STOCK, UNSURE, Finding, Ledger, Mark, Roll, Row
from server.services.mark_words import KINDS
from sync.ids import normal_serial
from sync.mark_ranges import cut, numbers_of, remaining, spans

PAGE_SIZE = 100
CHUNK = 500
MARK_TAKEN = "mark_taken"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of one batch: a fate, and from which serial on."""

    fate: str = ""
    serial: str = ""
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is not there."""
        fate = args.get("fate", "")
        return cls(
            fate if fate in FATES else "", args.get("serial", "").strip()[:60], paging.asked(args.get("page", ""))
        )

    @property
    def fields(self) -> dict[str, str]:
        """The query string that says it, without the page."""
        return {"fate": self.fate, "serial": self.serial}


@dataclass(frozen=True, slots=True)
class Overview:
    """All batches, the sum of each kind, and how much does not fit together."""

    rolls: Sequence[Roll]
    voided: Sequence[Row]
    sums: Sequence[tuple[str, str, Mapping[str, int]]]
    """(organisation's id, kind, {received, leased, returned, and one figure a fate})."""
    organisations: Mapping[str, str]
    findings: int
    taken: int
    """Operations in quarantine whose serial somebody else had used."""


@dataclass(frozen=True, slots=True)
class Serial:
    """One serial of a batch and what became of it."""

    text: str
    fate: str
    holder: str
    instrument: str
    site: str
    inspection_id: str
    at: str
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a batch."""

    roll: Roll
    organisation: str
    rows: Sequence[Serial]
    total: int
    page: int
    pages: int
    is_unknown: bool
    """The serial that was looked for is not of this batch."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease with what is left of it. `left` are its serials as people read them."""

    lease: Row
    tablet: str
    count: int
    left: int
    left_text: str
    used: int
    returned: int
    lost: int


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a serial."""

    at: str
    what: str
    where: str
    note: str
    inspection_id: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one serial of an organisation and kind."""

    text: str
    kind: str
    organisation: str
    batch_id: str | None
    fate: str
    events: Sequence[Event]


def overview(session: Session, kind: str = "") -> Overview:
    """Return every batch of a kind, or of both."""
    ledger = mark_ledger.load(session)
    shown = [roll for roll in ledger.rolls if not kind or roll.batch.state["kind"] == kind]
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for roll in shown:
        sums = groups.setdefault((roll.batch.state["organisation_id"], roll.batch.state["kind"]), {})
        for name, count in figures(roll).items():
            sums[name] = sums.get(name, 0) + count
    taken = session.query(Quarantine.id).filter(Quarantine.code == MARK_TAKEN, Quarantine.state.in_(("quarantined", "held")))  # fmt: skip
    voided = [row for row in ledger.voided if not kind or row.state["kind"] == kind]
    return Overview(shown, voided, [(*group, sums) for group, sums in groups.items()], mark_words.organisations(session),
                    len(ledger.findings), taken.count())  # fmt: skip


def figures(roll: Roll) -> dict[str, int]:
    """Count one batch: received is the sum of the fates; leased and returned are how often serials went and came."""
    return {"received": len(roll.fates), **roll.counts, "leased": roll.leased, "returned": roll.returned}


def export(session: Session, kind: str = "") -> Listed:
    """List the batches with their figures."""
    found = overview(session, kind)
    columns = (Column("Loại", width=10), Column("Từ số", width=18), Column("Đến số", width=18), Column("Cơ quan", width=32), Column("Ngày nhận", DAY),
               Column("Nhận từ", width=28), *(Column(title, NUMBER) for title in ("Đã nhận", *mark_words.FATES.values(), "Lượt cấp", "Lượt trả")),
               Column("Ghi chú", width=32))  # fmt: skip
    rows = (
        (KINDS[state["kind"]], *roll.batch.ends, found.organisations.get(state["organisation_id"], ""), state["received_on"],
         state["received_from"], *figures(roll).values(), state["note"])
        for roll in found.rolls for state in (roll.batch.state,)
    )  # fmt: skip
    return Listed("so-tem-chi", "Sổ tem, chì", columns, rows, [("Loại", KINDS[kind])] if kind else [])


def page(session: Session, batch_id: str, wanted: Filter) -> Page:
    """Return one page of a batch; 404 where there is none, or where it was struck out."""
    roll, _ = _roll(session, batch_id)
    number = roll.batch.number(wanted.serial) if wanted.serial else None
    numbers = _asked(roll, wanted)
    at, pages, part = paging.placed(wanted.page, len(numbers), PAGE_SIZE)
    organisation = mark_words.organisations(session).get(roll.batch.state["organisation_id"], "")
    rows = _serials(session, roll, numbers[part])
    return Page(roll, organisation, rows, len(numbers), at, pages, bool(wanted.serial) and number is None)


def export_batch(session: Session, batch_id: str, wanted: Filter) -> Listed:
    """List what the filter leaves of a batch, serial by serial."""
    roll, _ = _roll(session, batch_id)
    columns = (Column("Số", width=18), Column("Tình trạng", width=22), Column("Máy giữ", width=32), Column("Phương tiện đo", width=36), Column("Cơ sở", width=36),
               Column("Lúc", MOMENT), Column("Ghi chú", width=40))  # fmt: skip
    first, last = roll.batch.ends
    filters = [
        ("Lô", f"{first} – {last}"),
        ("Tình trạng", mark_words.FATES.get(wanted.fate, "")),
        ("Từ số", wanted.serial),
    ]

    def rows() -> Iterator[Sequence[Cell]]:
        numbers = _asked(roll, wanted)
        for start in range(0, len(numbers), CHUNK):
            for r in _serials(session, roll, numbers[start : start + CHUNK]):
                yield r.text, mark_words.FATES[r.fate], r.holder, r.instrument, r.site, r.at, r.note

    return Listed("lo-tem-chi", f"Lô {first} – {last}", columns, rows(), [f for f in filters if f[1]])


def held(session: Session, *, every: bool = False) -> list[Held]:
    """Return the leases of which something is left, or all, the newest first."""
    ledger, names = mark_ledger.load(session), mark_words.tablets(session)
    found = [_held(ledger, lease, names) for lease in reversed(ledger.leases)]
    return [row for row in found if row.left or every]


def held_one(session: Session, lease_id: str) -> Held:
    """Return one lease; 404 where there is none."""
    ledger = mark_ledger.load(session)
    lease = next((row for row in ledger.leases if row.id == lease_id), None)
    if lease is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có dải tem, chì này.")
    return _held(ledger, lease, mark_words.tablets(session))


def export_held(session: Session, *, every: bool = False) -> Listed:
    """List the leases."""
    columns = (Column("Loại", width=10), Column("Từ số", width=18), Column("Đến số", width=18), Column("Máy", width=36), Column("Cấp lúc", MOMENT),
               *(Column(title, NUMBER) for title in ("Số lượng", "Đã dùng, hỏng", "Đã trả", "Mất, hủy", "Còn")), Column("Các số còn", width=48))  # fmt: skip
    rows = (
        (KINDS[h.lease.state["kind"]], *h.lease.ends, h.tablet, h.lease.state["granted_at"], h.count, h.used, h.returned, h.lost,
         h.left, h.left_text)
        for h in held(session, every=every)
    )  # fmt: skip
    return Listed("tem-chi-da-cap", "Tem, chì đã cấp cho máy", columns, rows)


def findings(session: Session) -> list[tuple[Finding, Serial]]:
    """Return everything that does not fit together, with what is known of each serial."""
    ledger = mark_ledger.load(session)
    found = mark_ledger.named(session, [cut(f.serial) for f in ledger.findings])
    marks = {(mark.organisation_id, mark.kind, mark.serial): mark for mark in found}
    used = mark_words.uses(session, found)
    said = [(f, marks.get((f.organisation_id, f.kind, f.serial))) for f in ledger.findings]
    return [(f, _of_mark(mark, f.serial, mark.fate, "", used)) for f, mark in said if mark is not None]


def export_findings(session: Session) -> Listed:
    """List what does not fit together."""
    columns = (Column("Loại", width=10), Column("Số", width=18), Column("Không khớp ở đâu", width=48), Column("Phương tiện đo", width=36), Column("Cơ sở", width=36),
               Column("Lúc", MOMENT), Column("Ghi chú", width=40))  # fmt: skip
    rows = ((KINDS.get(f.kind, f.kind), s.text, mark_words.FINDINGS[f.code], s.instrument, s.site, s.at, s.note)
            for f, s in findings(session))  # fmt: skip
    return Listed("tem-chi-khong-khop", "Tem, chì không khớp sổ", columns, rows)


def find(session: Session, text: str) -> list[Story]:
    """Tell all that is known of a serial, of every organisation and kind that has it."""
    said = normal_serial(text)[:60]
    if not said:
        return []
    ledger, tablets, houses = mark_ledger.load(session), mark_words.tablets(session), mark_words.organisations(session)
    marks = mark_ledger.named(session, [cut(said)])
    used = mark_words.uses(session, marks)
    stories, placed = [], set[str]()
    for roll in ledger.rolls:
        number = roll.batch.number(said)
        if number is not None and roll.batch.text(number) == said:
            state = roll.batch.state
            own = [m for m in marks if (m.organisation_id, m.kind) == (state["organisation_id"], state["kind"])]
            events = [*_events(roll, number, tablets), *(_mark_event(mark, used) for mark in own)]
            placed |= {mark.row.id for mark in own}
            stories.append(Story(said, state["kind"], houses.get(state["organisation_id"], ""), roll.batch.id, roll.fate(number),
                                 sorted(events, key=lambda event: _instant(event.at))))  # fmt: skip
    stories += [
        Story(said, mark.kind, houses.get(mark.organisation_id, ""), None, mark.fate, [_mark_event(mark, used)])
        for mark in marks if mark.row.id not in placed and not mark.row.state.get("voided")
    ]  # fmt: skip
    return stories


def _roll(session: Session, batch_id: str) -> tuple[Roll, Ledger]:
    ledger = mark_ledger.load(session)
    roll = ledger.roll(batch_id)
    if roll is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có lô này trong sổ, hoặc lô đã bị gạch.")
    return roll, ledger


def _asked(roll: Roll, wanted: Filter) -> list[int]:
    first = roll.batch.number(wanted.serial) if wanted.serial else None
    numbers = roll.numbers(wanted.fate) if wanted.fate else roll.numbers()
    return numbers if first is None else [number for number in numbers if number >= first]


def _serials(session: Session, roll: Roll, numbers: Sequence[int]) -> list[Serial]:
    tablets = mark_words.tablets(session)
    marks = mark_ledger.marks_of(session, roll, numbers)
    used = mark_words.uses(session, marks.values())
    rows = []
    for number in numbers:
        lease, mark, text, fate = (
            roll.holder_of(number),
            marks.get(number),
            roll.batch.text(number),
            roll.fate(number),
        )
        holder = tablets.get(lease.device_id, "") if lease is not None and fate not in (STOCK, UNSURE) else ""
        if mark is not None:
            rows.append(_of_mark(mark, text, fate, holder, used))
        else:
            at = str(lease.state["granted_at"]) if lease is not None and fate == HELD else ""
            rows.append(Serial(text, fate, holder, "", "", "", at, _written_off(roll, lease, number)))
    return rows


def _of_mark(mark: Mark, text: str, fate: str, holder: str, used: Mapping[str, tuple[str, str, str]]) -> Serial:
    instrument, site, inspection = used[mark.row.id]
    return Serial(text, fate, holder, instrument, site, inspection, str(mark.row.state.get("at") or ""), _note(mark))


def _note(mark: Mark) -> str:
    state = mark.row.state
    voided = state.get("voided")
    said = [str(state.get("place") or ""), str(state.get("reason") or "")]
    said += [str(w.get("detail") or "") for w in state.get("warnings") or () if isinstance(w, Mapping)]
    if isinstance(voided, Mapping):
        said.append(f"Đã hủy ghi nhận: {voided.get('reason') or ''}")
    return "; ".join(text for text in said if text)


def _written_off(roll: Roll, lease: Row | None, number: int) -> str:
    for row in (lease, roll.batch):
        for part in (row.state.get("written_off") or ()) if row is not None else ():
            if part["first"] <= number <= part["last"]:
                return str(part.get("reason") or "")
    return ""


def _held(ledger: Ledger, lease: Row, names: Mapping[str, str]) -> Held:
    first, last = lease.whole
    gone = ledger.gone(lease)
    left = [number for number in remaining(lease.state, ()) if number not in gone]
    back = numbers_of(lease.state.get("returned"), lease.whole)
    lost = numbers_of(lease.state.get("written_off"), lease.whole)
    text = mark_words.printed(lease.state["prefix"], lease.state["digits"], spans(left))
    count = last - first + 1
    return Held(lease, names.get(lease.device_id, "(máy không rõ)"), count, len(left), text,
                count - len(left) - len(back) - len(lost), len(back), len(lost))  # fmt: skip


def _events(roll: Roll, number: int, tablets: Mapping[str, str]) -> list[Event]:
    state = roll.batch.state
    found = [Event(state["received_on"], "Nhận về cơ quan", state["received_from"], state["note"], "")]
    for row in (*roll.leases, roll.batch):
        if not row.whole[0] <= number <= row.whole[1]:
            continue
        tablet = tablets.get(row.device_id, "") if row is not roll.batch else "cơ quan"
        if row is not roll.batch:
            found.append(Event(row.state["granted_at"], "Cấp cho máy", tablet, "", ""))
        for name, what in (("returned", "Trả lại cơ quan"), ("written_off", "Ghi mất, hủy")):
            found += [Event(str(part.get("at") or ""), what, tablet, str(part.get("reason") or ""), "")
                      for part in row.state.get(name) or () if part["first"] <= number <= part["last"]]  # fmt: skip
    return found


def _mark_event(mark: Mark, used: Mapping[str, tuple[str, str, str]]) -> Event:
    instrument, site, inspection = used[mark.row.id]
    what = mark_words.FATES[mark.fate] if mark.row.state.get("voided") else mark_words.FATES["spoiled" if mark.fate == "spoiled" else "used"]  # fmt: skip
    return Event(
        str(mark.row.state.get("at") or ""),
        what,
        ", ".join(t for t in (instrument, site) if t),
        _note(mark),
        inspection,
    )


def _instant(at: str) -> tuple[int, Any]:
    """Sort what tablets and the server wrote, days before instants; what is neither stands first."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return 0, 0.0
    return (1, found.timestamp()) if found.tzinfo is not None else (0, 1.0)
