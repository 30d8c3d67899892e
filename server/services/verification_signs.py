"""Whether the sticker and the certificate of an instrument match the register (tem khớp giấy chứng nhận). Pure.

Says what the tablet's ui/verification/certificates.ts says, of what the office holds: the last certificate and the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.services.days import day_of
from sync.ids import normal_serial
from sync.paper_words import short_day

MATCHES, EXPIRED, DIFFERS, UNKNOWN = "matches", "expired", "differs", "unknown"
WHATS = {
    "sticker": "Số tem",
    "certificate": "Giấy chứng nhận",
    "validity": "Thời hạn",
    "ledger": "Sổ tem",
    "expired": "Hết hạn",
}
JUDGED = {
    MATCHES: "Tem khớp giấy chứng nhận",
    EXPIRED: "Tem khớp giấy chứng nhận nhưng đã hết hạn",
    DIFFERS: "Tem, giấy chứng nhận không khớp",
    UNKNOWN: "Chưa có gì để đối chiếu",
}
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the last certificate in force says of the instrument: its number as printed, stickers, last day."""

    number: str
    stickers: tuple[str, ...]
    valid_until: str


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison: `ok` None = nothing to compare with; `said` by the paper or the ledger, `known` by the register."""

    what: str
    ok: bool | None
    said: str
    known: str


def compared(instrument: State, certificate: Certificate | None, marks: Iterable[State], on: date) -> list[Line]:
    """Compare what the register says of an instrument with its last certificate, the ledger of stickers, and a day.

    `marks` are the uses of the sticker that the register names, by whichever instrument.
    """
    sticker, number, until = (_text(instrument.get(n)) for n in ("mark_serial", "certificate_number", "verified_until"))
    lines = []
    if certificate is not None:
        lines.append(_line("certificate", certificate.number, number))
        lines.append(_line("sticker", ", ".join(certificate.stickers), sticker, any_of=certificate.stickers))
        lines.append(_line("validity", certificate.valid_until, until))
    else:
        lines += [Line("certificate", None, "", number), Line("sticker", None, "", sticker)]
    used = [m for m in marks if not m.get("voided") and m.get("kind") == "sticker" and m.get("fate") == "used"]
    if sticker and used:
        own = all(m.get("instrument_id") == instrument.get("id") for m in used)
        lines.append(Line("ledger", own, "" if own else "tem này đã dán trên phương tiện khác", sticker))
    day = day_of(until)
    if certificate is not None and day is not None and day < on:
        lines.append(Line("expired", False, "", until))
    return lines


def judged(lines: Iterable[Line]) -> str:
    """Say what the lines come to: they match (though it may have expired), something differs, or nothing can be compared."""
    rows = list(lines)
    wrong = {line.what for line in rows if line.ok is False}
    if wrong:
        return EXPIRED if wrong == {"expired"} else DIFFERS
    return MATCHES if any(line.ok and line.what in ("sticker", "certificate") for line in rows) else UNKNOWN


def said(line: Line) -> str:
    """Say one comparison in a sentence's part."""
    known, told = (
        short_day(text) if line.what in ("validity", "expired") else text for text in (line.known, line.said)
    )
    if line.ok is None:
        return f"danh bạ ghi {known}, chưa có giấy trên hệ thống" if known else "chưa ghi"
    if line.ok or line.what == "expired":
        return known
    return f"{known}: {told}" if line.what == "ledger" else f"giấy ghi {told}, danh bạ ghi {known or 'trống'}"


def _line(what: str, told: str, known: str, *, any_of: Iterable[str] = ()) -> Line:
    if not told:
        return Line(what, None, "", known)
    candidates = list(any_of) or [told]
    return Line(what, normal_serial(known) in map(normal_serial, candidates), told, known)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
