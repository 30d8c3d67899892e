"""Marks (tem, chì) of a verification team: one serial is one document, its roll, what is left of a roll. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sync.ids import mark_id, normal_serial
from sync.mark_ranges import Span, numbers_of, remaining, serial
from sync.merge import same
from sync.overlay import Act, Overlay
from sync.refusals import Refusal
from sync.world import Document

State = Mapping[str, Any]
NOUNS = {"sticker": "Tem", "seal": "Chì"}
MAX_ROLL = 20_000
"""A longer roll is not counted serial by serial; nobody hands one tablet that many."""


def number_in(roll: State, serial: str) -> int | None:
    """Return the number of a serial within a roll, None where it is not of it."""
    prefix, wanted = normal_serial(str(roll.get("prefix") or "")), normal_serial(serial)
    rest = wanted[len(prefix) :]
    if not wanted.startswith(prefix) or not (rest.isascii() and rest.isdigit()) or len(rest) > 15:
        return None
    number = int(rest)
    first, last = roll.get("first"), roll.get("last")
    is_inside = isinstance(first, int) and isinstance(last, int) and first <= number <= last
    return number if is_inside and _serial(roll, number) == wanted else None


def _serial(roll: State, number: int) -> str:
    return normal_serial(serial(str(roll.get("prefix") or ""), number, int(roll.get("digits") or 1)))


def _given_back(roll: State, within: Span) -> set[int]:
    return numbers_of(roll.get("returned"), within) | numbers_of(roll.get("written_off"), within)


def check_id(view: Overlay, session: Document, id: str, fields: State) -> None:
    """Refuse an id that is not the one of the serial: two tablets would not meet in one document."""
    organisation = organisation_of(view, session)
    if organisation is None or id != mark_id(organisation, str(fields.get("kind")), str(fields.get("serial"))):
        raise Refusal("bad_mark_id")


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
    session = view.get("verification_session", str(said.get("session_id")))
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
    lease = view.live("mark_lease", state.get("lease_id"))
    number = None if lease is None else number_in(lease.state, str(state.get("serial")))
    session = view.get("verification_session", str(state.get("session_id")))
    organisation = None if session is None else organisation_of(view, session)
    is_own = lease is not None and lease.state.get("device_id") == act.device.device_id
    is_own = is_own and lease is not None and lease.state.get("organisation_id") == organisation
    if lease is None or number is None or not is_own or lease.state.get("kind") != state.get("kind"):
        yield {"code": "outside_lease", "detail": "Số này không thuộc dải tem, chì đã cấp cho máy tính bảng."}
    elif number in _given_back(lease.state, (number, number)):
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
    for row in state.get("counts") or ():
        lease_id, found = str(row.get("lease_id")), row.get("counted")
        lease = view.live("mark_lease", lease_id)
        left = expected[lease_id] = None if lease is None else left_of(view, lease.state)
        difference[lease_id] = None if left is None else found - left
    return {"expected": expected, "difference": difference}


def left_of(view: Overlay, roll: State) -> int | None:
    """Count the serials of a lease that are still on the roll; None where it is no roll that could be counted."""
    first, last, organisation = roll.get("first"), roll.get("last"), roll.get("organisation_id")
    if not isinstance(first, int) or not isinstance(last, int) or not isinstance(organisation, str):
        return None
    if last - first >= MAX_ROLL:
        return None
    ids = [mark_id(organisation, str(roll.get("kind")), _serial(roll, number)) for number in remaining(roll, ())]
    return len(ids) - len(view.existing("mark", ids))
