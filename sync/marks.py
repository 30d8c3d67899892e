"""Marks (tem, chì) of a verification team: one serial is one document, its roll, what is left of a roll. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sync.ids import is_uuid, mark_id, normal_serial
from sync.mark_ranges import MAX_DIGITS, Span, numbers_of, remaining, serial
from sync.merge import same
from sync.overlay import Act, Overlay
from sync.refusals import Refusal
from sync.world import Document

State = Mapping[str, Any]
NOUNS = {"sticker": "Tem", "seal": "Chì"}
MAX_NUMBER = 10**MAX_DIGITS
MAX_ROLL = 20_000
"""A longer roll is not counted serial by serial; nobody hands one tablet that many."""


def roll_of(view: Overlay, lease_id: Any) -> State | None:
    """Return a lease with whole numbers and texts where they belong; None for one that is not known, or is none."""
    found = view.live("mark_lease", lease_id) if is_uuid(lease_id) else None
    roll: State = {} if found is None else found.state
    numbers = [roll.get(name) for name in ("digits", "first", "last")]
    texts = [roll.get(name) for name in ("prefix", "organisation_id", "kind")]
    is_whole = all(type(number) is int and 0 <= number < MAX_NUMBER for number in numbers)
    return roll if is_whole and all(isinstance(each, str) for each in texts) and is_uuid(texts[1]) else None


def number_in(roll: State, serial: str) -> int | None:
    """Return the number of a serial within a roll, in any spelling; None where it is not of it."""
    prefix, wanted = normal_serial(roll["prefix"]), normal_serial(serial)
    rest = wanted[len(prefix) :]
    if not wanted.startswith(prefix) or not (rest.isascii() and rest.isdigit()) or len(rest) > MAX_DIGITS:
        return None
    number = int(rest)
    return number if roll["first"] <= number <= roll["last"] and _serial(roll, number) == wanted else None


def _serial(roll: State, number: int) -> str:
    return normal_serial(serial(roll["prefix"], number, min(roll["digits"], MAX_DIGITS)))


def _given_back(roll: State, within: Span) -> set[int]:
    return numbers_of(roll.get("returned"), within) | numbers_of(roll.get("written_off"), within)


def check_id(view: Overlay, session: Document, id: str, fields: State) -> None:
    """Refuse an id that is not the one of the serial: two tablets would not meet in one document."""
    organisation = organisation_of(view, session)
    if organisation is None or id != mark_id(organisation, str(fields.get("kind")), str(fields.get("serial"))):
        raise Refusal("bad_mark_id")


def _session_of(view: Overlay, fields: State) -> Document | None:
    return view.get("verification_session", str(fields.get("session_id")))


def organisation_of(view: Overlay, session: Document) -> str | None:
    """Return the organisation whose marks a session uses: that of its campaign."""
    campaign = view.get("campaign", str(session.parent))
    found = None if campaign is None else campaign.state.get("organisation_id")
    return found if isinstance(found, str) else None


def refuse_second(act: Act, view: Overlay, before: Document) -> None:
    """Refuse (`mark_taken`) a creation whose serial was used otherwise, by whomever, wherever; both uses are named.

    The same content again is left to the caller: it is nothing new. A void one is not free: the serial exists once.
    """
    said = act.operation.set
    session = _session_of(view, said)
    if session is not None:
        check_id(view, session, before.id, said)
    if all(same(before.state.get(name), value) for name, value in said.items()):
        return
    noun = NOUNS.get(str(said.get("kind")), "Tem, chì")
    first = _use(view, before.state) if before.scope in act.device.grants else "ở một đợt kiểm định khác"
    crossed_out = " (đã hủy, nhưng số không dùng lại được)" if before.state.get("voided") else ""
    raise Refusal(
        "mark_taken", f"{noun} số {said.get('serial')} đã ghi {first}{crossed_out}; lần này ghi {_use(view, said)}."
    )


def _use(view: Overlay, state: State) -> str:
    """Say what a mark was used for: the instrument and its slip, or that it was spoiled."""
    if state.get("fate") == "spoiled":
        return f"là hỏng ({state.get('reason') or 'không rõ lý do'})"
    slip, instrument = (
        view.live(kind, str(state.get(name)))
        for kind, name in (("inspection", "inspection_id"), ("instrument", "instrument_id"))
    )
    words = [
        f"phương tiện số {instrument.state.get('serial') or '(không số)'}" if instrument is not None else "",
        f"phiếu {slip.state.get('slip')}" if slip is not None and slip.state.get("slip") else "",
    ]
    return "dùng cho " + (", ".join(word for word in words if word) or "một phương tiện khác")


def warnings(act: Act, view: Overlay, state: State) -> Iterator[dict[str, str]]:
    """Say what is not in order with a mark that is taken all the same: it is on the instrument."""
    roll = roll_of(view, state.get("lease_id"))
    number = None if roll is None else number_in(roll, str(state.get("serial")))
    session = _session_of(view, state)
    organisation = None if session is None else organisation_of(view, session)
    holder = act.device.device_id, organisation, state.get("kind")
    if roll is None or number is None or (roll.get("device_id"), roll["organisation_id"], roll["kind"]) != holder:
        yield {"code": "outside_lease", "detail": "Số này không thuộc dải tem, chì đã cấp cho máy tính bảng."}
    elif number in _given_back(roll, (number, number)):
        yield {"code": "returned_lease", "detail": "Số này thuộc phần tem, chì máy tính bảng đã trả lại."}
    if state.get("fate") == "spoiled" and not state.get("photo_ids"):
        yield {"code": "no_photo", "detail": "Tem, chì hỏng chưa có ảnh."}


def counted(view: Overlay, state: State) -> dict[str, dict[str, int | None]]:
    """Return what a stocktake should have found of each roll, and by how much it differs: `expected`, `difference`.

    Expected is the roll less what was given back or written off and every serial that has a document, a void one too: it
    left the roll. None where the server knows no such roll.
    """
    expected: dict[str, int | None] = {}
    difference: dict[str, int | None] = {}
    rows = state.get("counts")
    for row in rows if isinstance(rows, list) else ():
        found = row.get("counted") if isinstance(row, Mapping) else None
        if not isinstance(row, Mapping) or not isinstance(row.get("lease_id"), str) or type(found) is not int:
            continue
        lease_id, roll = row["lease_id"], roll_of(view, row["lease_id"])
        left = expected[lease_id] = None if roll is None else left_of(view, roll)
        difference[lease_id] = None if left is None else found - left
    return {"expected": expected, "difference": difference}


def left_of(view: Overlay, roll: State) -> int | None:
    """Count the serials of a lease that are still on the roll; None where it is too long to be counted."""
    if roll["last"] - roll["first"] >= MAX_ROLL:
        return None
    ids = [mark_id(roll["organisation_id"], roll["kind"], _serial(roll, number)) for number in remaining(roll, ())]
    return len(ids) - len(view.existing("mark", ids))
