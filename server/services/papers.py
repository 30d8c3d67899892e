"""Papers that were made without the server: blank minutes filled in by hand, and papers whose tablet is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.devices import SigningKey
from server.db.documents import Document
from server.db.numbers import MinutesNumber, MinutesPaper, NumberLease, SeriesYear, papers_of
from server.errors import Problem, ProblemCode
from server.services import ledger, minutes, numbers
from sync import seal
from sync.paper_blank import blank
from sync.paper_forms import FORMS, form_of
from sync.paper_words import local

PAPER = "paper"
BY_HAND = tuple(code for code, form in FORMS.items() if form.by_hand)
"""What can be written by hand on pre-printed paper: minutes of those who are there."""
LOST = "lost"


def blanks(
    session: Session, inspection_id: str, form: str, render: minutes.Render, *, count: int, purpose: str, host: str,
    now: datetime, again: Sequence[int] = (),
) -> dict[str, bytes]:  # fmt: skip
    """Print pre-printed minutes under numbers reserved for them; return the PDFs by the number as printed.

    `again` prints sheets of numbers that are reserved already, spoiled or lost ones, and reserves none. Refuses a form
    that is not written by hand, and a number that is not reserved.
    """
    inspection = minutes.existing(session, "inspection", inspection_id)
    series, year = minutes.series_of(minutes.organisation_of(session, inspection), form), local(now).year
    wanted: Sequence[int] = again
    if again:
        reserved = {row.number for row in numbers.register(session, series, year) if row.status == "reserved"}
        if missing := [n for n in again if n not in reserved]:
            raise Problem(
                ProblemCode.CONFLICT,
                f"Số {missing[0]:02d} của sổ {series} năm {year} không phải số đang dành cho bản in sẵn.",
            )
    else:
        first, last = numbers.reserve(session, series, year, count, purpose, now)
        wanted = range(first, last + 1)
    texts = blank_texts(session, inspection, form, wanted, now)
    return {text: render(canonical, None, host=host, status="issued") for text, canonical in texts.items()}


def blank_texts(
    session: Session, inspection: Document, form: str, wanted: Sequence[int], now: datetime
) -> dict[str, str]:  # fmt: skip
    """Compose pre-printed minutes under these numbers of this year; return canonical texts by the number as printed.

    Refuses a form that is not written by hand.
    """
    series, year = minutes.series_of(minutes.organisation_of(session, inspection), form), local(now).year
    symbol = numbers.symbol_of(session, series)
    made: dict[str, str] = {}
    for number in wanted:
        shown = {"series": series, "symbol": symbol, "year": year, "number": number}
        doc = minutes.compose(session, inspection, form=form, number=shown, at=now)
        try:
            empty = blank(form_of(form), doc, minutes.definitions(inspection.state))
        except ValueError as refused:
            raise Problem(ProblemCode.INVALID_REQUEST, str(refused)) from refused
        made[seal.number_text(number, symbol)] = seal.canonical_text(empty)
    return made


def key_in(
    session: Session, inspection_id: str, form: str, *, number: int, written_at: datetime, actor: str,
    key: Ed25519PrivateKey, now: datetime,
) -> str:  # fmt: skip
    """Issue what was written on blank pre-printed minutes, under its reserved number; return the id of the minutes.

    What stands on the paper was entered into the inspection before; the signed pages are there as photos, for they are
    the original. Refuses a number that was not reserved, a time to come, and minutes without a photo of their pages.
    """
    inspection = minutes.existing(session, "inspection", inspection_id, lock=True)  # no finding of it changes meanwhile
    if written_at > now:
        raise Problem(ProblemCode.INVALID_REQUEST, "Thời điểm ghi trên biên bản ở tương lai.")
    pages = [p.state for p in documents.children(session, inspection_id, "photo")]
    if not any(p["purpose"] == "signed_paper" and p["status"] == "complete" and not p.get("voided") for p in pages):
        raise Problem(ProblemCode.CONFLICT, "Chưa có ảnh các trang biên bản đã ký: hãy chụp và gửi ảnh trước khi nhập.")
    series = minutes.series_of(minutes.organisation_of(session, inspection), form)
    id, year = ledger.new_id(), local(written_at).year
    numbers.take_reserved(session, series, year, number, id, now)
    minutes.write(session, inspection, form, id=id, stated=(series, year, number), at=written_at, actor=actor, key=key,
                  now=now, source=PAPER)  # fmt: skip
    return id


def register_lost(session: Session, qr: str, reason: str, now: datetime) -> str:
    """Enter a paper into the register from its QR alone, its tablet lost with the data; return the number as printed.

    The number is spent from then on: only the very paper that was scanned may still come under it. Refuses a seal that is
    not genuine, one made after its key was revoked, a number that is not of that tablet's lease, and one in the register.
    """
    if not reason.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi lý do: dữ liệu mất thế nào, ai đang giữ bản giấy.")
    claims = _genuine(session, qr)
    text = seal.number_text(claims.number, numbers.symbol_of(session, claims.series))
    session.get(SeriesYear, (claims.series, claims.year), with_for_update=True)  # a tablet may push it meanwhile
    if papers_of(session, claims.series, claims.year, claims.number, claims.sha256.hex()):
        raise Problem(ProblemCode.CONFLICT, f"Biên bản số {text} đã có trong sổ.")
    row = session.get(MinutesNumber, (claims.series, claims.year, claims.number))
    if row is not None:
        raise Problem(
            ProblemCode.CONFLICT, f"Số {text} trong sổ đã ở tình trạng khác ({row.status}): cần xem xét hai bản."
        )
    lease = _lease(session, claims)
    session.add(MinutesNumber(series=claims.series, year=claims.year, number=claims.number, minutes_id=None, status=LOST,
                              source="lease", lease_id=lease.id, reason=reason.strip(), at=now))  # fmt: skip
    session.add(MinutesPaper(id=ledger.new_id(), sha256=claims.sha256.hex(), series=claims.series, year=claims.year,
                             number=claims.number, status=LOST, reason=reason.strip()))  # fmt: skip
    session.flush()
    return text


def _genuine(session: Session, qr: str) -> seal.Claims:
    try:
        claims = seal.open_sealed(seal.parse_qr(qr), minutes.public_keys(session))
    except seal.SealError as error:
        raise Problem(ProblemCode.INVALID_REQUEST, error.message_vi) from error
    key = session.get_one(SigningKey, claims.key_id.hex())
    if key.revoked_at is not None and datetime.fromtimestamp(claims.issued_at, UTC) >= key.revoked_at:
        raise Problem(ProblemCode.CONFLICT, "Biên bản được ký sau khi khóa của thiết bị bị thu hồi: không vào sổ được.")
    return claims


def _lease(session: Session, claims: seal.Claims) -> NumberLease:
    """Return the lease that the number came from; refuses a number that was never given to the key that signed."""
    holder = session.get_one(SigningKey, claims.key_id.hex()).holder
    query = select(NumberLease).where(
        NumberLease.series == claims.series, NumberLease.year == claims.year, NumberLease.device_id == holder,
        NumberLease.first <= claims.number, NumberLease.last >= claims.number,
    )  # fmt: skip
    lease = session.scalars(query.order_by(NumberLease.granted_at.desc()).limit(1)).first()
    if lease is None:
        raise Problem(ProblemCode.CONFLICT, "Số này không thuộc dải số đã cấp cho thiết bị đã ký.")
    return lease
