"""The list of certificates as an office works through it: as a file, several handed to one person, who usually signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem, ProblemCode
from server.services import certificates, verifiers
from server.services.certificates import MAX_AT_ONCE, STATE_WORDS, Filter, Row
from server.services.exports import MOMENT, Column, Listed


def deliver(session: Session, ids: Iterable[str], *, to: str, actor: str, now: datetime) -> int:
    """Record that one person got these signed certificates; returns how many were not delivered before.

    Refuses all of them where one may not be delivered yet.
    """
    chosen = list(dict.fromkeys(ids))
    if not chosen or len(chosen) > MAX_AT_ONCE:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Hãy chọn từ 1 đến {MAX_AT_ONCE} giấy chứng nhận.")
    return sum(certificates.deliver(session, id, to=to, actor=actor, now=now) for id in sorted(chosen))


def signer(session: Session) -> dict[str, str]:
    """Return {name, title} of the first signer of the organisation whose certificates these are, {} where none is known."""
    for organisation in documents.of_kind(session, "organisation"):
        forms = {row.get("form") for row in organisation.state.get("series") or ()}
        if forms & verifiers.PAPERS.keys():
            head: Mapping[str, Any] = next(iter(organisation.state.get("signers") or ()), {})
            return {"name": str(head.get("name") or ""), "title": str(head.get("title") or "")}
    return {}


def export(session: Session, wanted: Filter) -> Listed:
    """Return all certificates that the filter leaves as a list to export."""
    columns = (Column("Số", width=18), Column("Tình trạng"), Column("Phương tiện đo", width=30), Column("Số máy", width=16),
               Column("Số tem", width=16), Column("Chủ phương tiện", width=36), Column("Thời hạn đến"), Column("Lập lúc", MOMENT),
               Column("Người ký"), Column("Ký lúc", MOMENT), Column("Người nhận"), Column("Giao lúc", MOMENT))  # fmt: skip
    return Listed("giay-chung-nhan", "Giấy chứng nhận kiểm định", columns, map(_cells, _every(session, wanted)),
                  [("Tình trạng", STATE_WORDS.get(wanted.state, "")), ("Tìm", wanted.text)])  # fmt: skip


def _every(session: Session, wanted: Filter) -> Iterator[Row]:
    page, pages = 1, 1
    while page <= pages:
        found = certificates.listing(session, replace(wanted, page=page))
        yield from found.rows
        page, pages = page + 1, found.pages


def _cells(row: Row) -> Sequence[Any]:
    steps = {str(entry.get("step")): entry for entry in row.log}
    signed, delivered = steps.get("signed", {}), steps.get("delivered", {})
    return (row.number, STATE_WORDS.get(row.state), row.instrument, row.serial, row.sticker, row.owner, row.valid_until,
            row.issued_at, signed.get("name"), signed.get("at"), delivered.get("to"), delivered.get("at"))  # fmt: skip
