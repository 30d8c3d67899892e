"""Printing papers at the office: a batch goes to the printer, and what came of it is recorded once for each paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.numbers import MinutesPaper
from server.db.prints import DONE, ELSEWHERE, FAILED, OPEN, PRINTED, PaperPrint
from server.errors import Problem, ProblemCode
from server.services import accounts, ledger, print_queue
from server.services.creation import created
from server.services.history import who
from server.services.print_queue import PRINTABLE, Row
from server.services.release import required
from sync.feed import Change

SCOPE = "printing"
"""No tablet is granted it."""
MAX_PAPERS = 100
COPIES, MAX_COPIES = 2, 10
"""Minutes are made out in two copies, one for each side, and say so."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks to print. `id` = the batch's, so that a form sent twice is one batch."""

    id: str
    papers: Sequence[str]
    copies: int = COPIES
    has_photos: bool = False
    both_sides: bool = False
    reason: str = ""

    @classmethod
    def of(cls, id: str, papers: Iterable[str], given: Mapping[str, str]) -> Wanted:
        """Read a form. Refuses ids that are none, no paper at all, and more than fits one batch."""
        copies = given.get("copies", str(COPIES)).strip()
        if not (copies.isascii() and copies.isdigit() and len(copies) < 4 and 1 <= int(copies) <= MAX_COPIES):
            raise Problem(ProblemCode.INVALID_REQUEST, f"Số bản phải từ 1 đến {MAX_COPIES}.")
        return cls(_uuid(id), chosen(papers), int(copies), bool(given.get("photos")), bool(given.get("both_sides")),
                   given.get("reason", "").strip())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Earlier:
    """A print of a paper that is recorded."""

    outcome: str
    at: datetime
    by: str
    copies: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper about to be printed, with what was printed of it before."""

    row: Row
    earlier: Sequence[Earlier]


@dataclass(frozen=True, slots=True)
class Item:
    """One paper of a batch and what came of it."""

    row: Row
    outcome: str
    reason: str
    ended_at: datetime | None
    ended_by: str
    earlier: Sequence[Earlier] = field(default=())


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as its page shows it."""

    id: str
    items: Sequence[Item]
    copies: int
    has_photos: bool
    both_sides: bool
    started_at: datetime
    started_by: str

    @property
    def is_open(self) -> bool:
        """Whether nobody has told yet what came of it."""
        return any(item.outcome == OPEN for item in self.items)

    @property
    def printed_meanwhile(self) -> list[Item]:
        """Papers still at this printer that somebody else recorded in the meantime, without a reason for a reprint."""
        return [item for item in self.items if item.outcome == OPEN and item.earlier and not item.reason]


def chosen(papers: Iterable[str]) -> list[str]:
    """Read which papers are meant, each once."""
    found = list(dict.fromkeys(_uuid(id) for id in papers))
    if not found:
        raise Problem(ProblemCode.INVALID_REQUEST, "Chưa chọn văn bản nào.")
    if len(found) > MAX_PAPERS:
        raise Problem(
            ProblemCode.INVALID_REQUEST, f"Mỗi lượt in tối đa {MAX_PAPERS} văn bản: hãy chia thành nhiều lượt."
        )
    return found


def sheets(session: Session, papers: Sequence[str]) -> list[Sheet]:
    """Return papers in the order in which they are printed; refuses unknown ones and those that are void."""
    query = print_queue.described().where(MinutesPaper.id.in_(papers))
    found = print_queue.rows(session, query.order_by(*print_queue.OLDEST))
    if len(found) != len(papers):
        raise Problem(ProblemCode.NOT_FOUND, "Có văn bản không còn trong sổ: hãy mở lại danh sách.")
    refused = [row.text for row in found if row.status not in PRINTABLE]
    if refused:
        raise Problem(ProblemCode.CONFLICT, f"Văn bản đã hủy thì không in: {', '.join(refused)}.")
    earlier = _earlier(session, papers)
    return [Sheet(row, earlier.get(row.id, ())) for row in found]


def start(session: Session, wanted: Wanted, *, actor: str, now: datetime) -> str:
    """Send a batch to the printer and return `done`, or `already` where this very form was sent before.

    A paper that was printed before needs a reason. Nothing leaves the queue until somebody tells what came of it.
    """
    said = _said(wanted.reason)
    _alone(session, wanted.papers)
    if _of_batch(session, wanted.id):
        return "already"
    found = sheets(session, wanted.papers)
    if any(sheet.earlier for sheet in found) and not said:
        again = ", ".join(sheet.row.text for sheet in found if sheet.earlier)
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do in lại: {again}.")
    common = {"batch_id": wanted.id, "copies": wanted.copies, "photos": wanted.has_photos, "both_sides": wanted.both_sides,
              "outcome": OPEN, "started_at": _moment(now), "started_by": actor, "ended_at": None, "ended_by": None}  # fmt: skip
    changes = [
        _created({**common, "minutes_id": sheet.row.id, "place": place, "reason": said if sheet.earlier else ""}, actor)
        for place, sheet in enumerate(found, 1)
    ]  # fmt: skip
    ledger.record(session, changes, now)
    return "done"


def finish(
    session: Session, batch_id: str, printed: Iterable[str], reason: str, *, actor: str, now: datetime
) -> tuple[int, int]:  # fmt: skip
    """Record what came of a batch: these papers are printed, the others failed and stay in the queue.

    Returns (printed, failed) as recorded now; a form sent twice records nothing the second time. Refuses (CONFLICT) a
    paper that somebody else printed meanwhile, until a reason says why it is printed twice.
    """
    rows = _of_batch(session, batch_id)
    if not rows:
        raise Problem(ProblemCode.NOT_FOUND, "Không có lượt in này.")
    _alone(session, [row.minutes_id for row in rows])
    session.expire_all()
    wanted, said = set(printed), _said(reason)
    still = [row for row in _of_batch(session, batch_id) if row.outcome == OPEN]
    earlier = _earlier(session, [row.minutes_id for row in still])
    doubled = [
        row for row in still if row.minutes_id in wanted and row.minutes_id in earlier and not (row.reason or said)
    ]
    if doubled:
        raise Problem(ProblemCode.CONFLICT, "Có văn bản vừa được người khác in: hãy ghi lý do in lần nữa, "
                                            "hoặc bỏ đánh dấu văn bản đó.")  # fmt: skip
    changes = []
    for row in still:
        is_printed = row.minutes_id in wanted
        again = {"reason": said} if is_printed and said and not row.reason and row.minutes_id in earlier else {}
        ended = {"outcome": PRINTED if is_printed else FAILED, "ended_at": _moment(now), "ended_by": actor, **again}
        document = session.get_one(documents.Document, ("print", row.id))
        changes.append(ledger.change(session, "print", row.id, SCOPE, {**document.state, **ended}, actor=actor))
    ledger.record(session, changes, now)
    done = sum(change.state is not None and change.state["outcome"] == PRINTED for change in changes)
    return done, len(changes) - done


def printed_elsewhere(
    session: Session, id: str, papers: Sequence[str], reason: str, *, actor: str, now: datetime
) -> int:
    """Take papers out of the queue that were printed at the site and are not printed here; return how many were.

    Tablets do not report their prints: it is the clerk's word, so it needs a reason. Twice is once.
    """
    said = required(reason, "Phải ghi căn cứ: văn bản đã in, ký ở đâu, khi nào.")
    _alone(session, papers)
    common = {"batch_id": _uuid(id), "copies": 0, "photos": False, "both_sides": False, "reason": said,
              "outcome": ELSEWHERE, "started_at": _moment(now), "started_by": actor, "ended_at": _moment(now),
              "ended_by": actor}  # fmt: skip
    found = [sheet for sheet in sheets(session, papers) if not sheet.earlier]
    ledger.record(session, [_created({**common, "minutes_id": sheet.row.id, "place": place}, actor)
                            for place, sheet in enumerate(found, 1)], now)  # fmt: skip
    return len(found)


def batch(session: Session, batch_id: str) -> Batch:
    """Return one batch; 404 where there is none."""
    prints = _of_batch(session, batch_id)
    if not prints:
        raise Problem(ProblemCode.NOT_FOUND, "Không có lượt in này.")
    first = documents.state_of(session, "print", prints[0].id) or {}
    ids, names = [p.minutes_id for p in prints], accounts.names(session)
    rows = {row.id: row for row in print_queue.rows(session, print_queue.described().where(MinutesPaper.id.in_(ids)))}
    earlier = _earlier(session, ids, besides=batch_id)
    items = [Item(rows[p.minutes_id], p.outcome, p.reason, p.ended_at, names.get(p.ended_by or "", ""), earlier.get(p.minutes_id, ()))
             for p in prints]  # fmt: skip
    return Batch(batch_id, items, prints[0].copies, first.get("photos") is True, first.get("both_sides") is True,
                 prints[0].started_at, who(names, prints[0].started_by))  # fmt: skip


def open_batches(session: Session) -> list[tuple[str, datetime, str, int]]:
    """Return the batches that nobody told the end of, the oldest first: (id, since, who, papers)."""
    names, found = accounts.names(session), dict[str, list[PaperPrint]]()
    query = select(PaperPrint).where(PaperPrint.outcome == OPEN).order_by(PaperPrint.started_at, PaperPrint.id)
    for row in session.scalars(query.limit(20 * MAX_PAPERS)):
        found.setdefault(row.batch_id, []).append(row)
    return [(id, rows[0].started_at, names.get(rows[0].started_by, ""), len(rows)) for id, rows in found.items()]


def _created(state: dict[str, Any], actor: str) -> Change:
    id = str(uuid5(UUID(state["batch_id"]), state["minutes_id"]))
    return created("print", SCOPE, state, actor=actor, parent=state["minutes_id"], id=id, at=state["started_at"])


def _alone(session: Session, papers: Iterable[str]) -> None:
    """Let nobody else record a print of these papers until the transaction ends; SQLite has one writer anyway."""
    documents.reserve(session, [("print", id) for id in papers])


def _of_batch(session: Session, batch_id: str) -> list[PaperPrint]:
    query = select(PaperPrint).where(PaperPrint.batch_id == batch_id, PaperPrint.outcome != ELSEWHERE)
    return list(session.scalars(query.order_by(PaperPrint.place)))


def _earlier(session: Session, papers: Sequence[str], besides: str = "") -> dict[str, list[Earlier]]:
    names, found = accounts.names(session), dict[str, list[Earlier]]()
    query = select(PaperPrint).where(PaperPrint.minutes_id.in_(papers), PaperPrint.outcome.in_(DONE))
    for row in session.scalars(query.where(PaperPrint.batch_id != besides).order_by(PaperPrint.ended_at)):
        one = Earlier(row.outcome, row.ended_at or row.started_at, names.get(row.ended_by or "", ""), row.copies)
        found.setdefault(row.minutes_id, []).append(one)
    return found


def _moment(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


def _said(reason: str) -> str:
    return required(reason, "") if reason.strip() else ""


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Problem(ProblemCode.INVALID_REQUEST, "Biểu mẫu không đầy đủ: hãy mở lại danh sách in.") from None
