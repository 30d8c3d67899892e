"""Verdicts computed again by the server as a page is read, beside what was recorded and what the signed minutes print."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from server.services import conclusions
from server.services.inspection_results import Block
from server.services.world import ReadingWorld
from sync.findings import compute, pinned
from sync.overlay import Overlay
from sync.paper_results import Context, item_block
from sync.paper_words import VERDICTS

State = Mapping[str, Any]
RECORDED = "Bản ghi trên máy chủ"
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not what the server computes now. `source` = where the other value stands."""

    source: str
    what: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Check:
    """One measurement computed again. `limit` and `verdict` as of now; `paper` = the minutes that it was compared with."""

    verdict: str
    verdict_word: str
    limit: str
    paper: str
    differences: Sequence[Difference]


def checks(session: Session, inspection_id: str, blocks: Sequence[Block], minutes: Sequence[State],
           instruments: Sequence[State]) -> dict[str, Check]:  # fmt: skip
    """Return the check of each measured finding that these blocks show, and of each conclusion of a verification, by
    finding id."""
    computed = _computed(session, inspection_id)
    context = Context(instruments={str(doc["id"]): doc for doc in instruments}, photo_numbers={})
    number, printed = _printed(minutes)
    found = {}
    for block in blocks:
        for section in block.sections:
            for subject in section.subjects:
                for result in subject.results:
                    on_paper = printed.get((block.code, str(result.text["key"]), subject.name))
                    paper = on_paper.pop(0) if on_paper and not result.voided else None
                    if result.voided or result.id not in computed:
                        continue
                    item, finding, now = computed[result.id]
                    text = item_block(item, {**finding, "computed": now}, replace(context))
                    found[result.id] = _check(text, result.text, number if paper else "", paper)
    return found | dict(_conclusions(session, inspection_id))


def _conclusions(session: Session, inspection_id: str) -> Iterator[tuple[str, Check]]:
    """Conclude again on every instrument of a slip: what the server finds beside what the tablet recorded (KD11)."""
    for each in conclusions.of_slips(session, [inspection_id]):
        word = VERDICTS.get(each.ours, "không tính được")
        now = f"{word} ({each.words})" if each.words else word
        differs = [Difference(RECORDED, "Kết luận", VERDICTS.get(each.recorded, NOTHING), now)] if each.differs else []
        yield each.finding_id, Check(each.ours, word, "", "", differs)


def _computed(session: Session, inspection_id: str) -> dict[str, tuple[State, State, State | None]]:
    """Compute every measured finding: (item, finding, computed) by id; those that cannot be computed are left out."""
    view = Overlay(ReadingWorld(session, inspection_id), "")
    inspection = view.live("inspection", inspection_id)
    found: dict[str, tuple[State, State, State | None]] = {}
    for finding in view.children(inspection_id, "finding") if inspection is not None else ():
        assert inspection is not None  # noqa: S101 - or there would be no findings
        checklist = pinned(view, inspection, str(finding.state.get("checklist")))
        item = None if checklist is None else checklist.item(str(finding.state.get("item")))
        if checklist is None or item is None or item.procedure is None:
            continue
        try:
            computed = compute(view, inspection, item, finding)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            continue  # readings of another time, which no operation could bring now
        if computed is not None or finding.state.get("computed"):
            found[finding.id] = (_served(checklist.definition, item.key), finding.state, computed)
    return found


def _served(definition: State, key: str) -> State:
    items = (item for section in definition["sections"] for item in section["items"])
    served: State = next(item for item in items if item["key"] == key)
    return served


def _printed(minutes: Sequence[State]) -> tuple[str, dict[tuple[str, str, str], list[State]]]:
    """Return the number of the newest valid closing minutes, and what they print by checklist, item and subject."""
    closing = [m for m in minutes if m.get("closes") is True and m.get("status") != "void"]
    newest = max(closing, key=lambda m: str(m.get("issued_at")), default=None)
    found: dict[tuple[str, str, str], list[State]] = defaultdict(list)
    if newest is None:
        return "", found
    try:
        paper = json.loads(newest["canonical"])
        for block in paper["checklists"]:
            for section in block["sections"]:
                for subject in section["subjects"]:
                    for item in subject["items"]:
                        found[str(block["code"]), str(item["key"]), str(subject["name"])].append(item)
        return str(paper["number"]["text"]), found
    except (LookupError, TypeError, ValueError):
        return "", {}  # a paper of another time: it is shown as a PDF all the same


def _check(now: State, recorded: State, number: str, paper: State | None) -> Check:
    differences = list(_differences(RECORDED, recorded, now))
    if paper is not None:
        differences += _differences(f"Biên bản {number}", paper, now)
    verdict = str(now["verdict"] or "")
    return Check(verdict, now["verdict_word"] or "không tính được", _limit(now), number, differences)


def _differences(source: str, then: State, now: State) -> Iterator[Difference]:
    pairs = [("Kết luận của số đo", str(then.get("verdict_word") or NOTHING), str(now["verdict_word"] or NOTHING)),
             ("Giới hạn cho phép", _limit(then) or NOTHING, _limit(now) or NOTHING)]  # fmt: skip
    yield from (Difference(source, what, old, new) for what, old, new in pairs if old != new)
    old, new = then.get("table"), now["table"]
    if _shape(old) != _shape(new):
        yield Difference(source, "Bảng số đo", _size(old), _size(new))
        return
    for number, (before, after) in enumerate(zip(_rows(old), _rows(new), strict=True), 1):
        for column, one, other in zip(new["columns"], before, after, strict=True):
            if one != other:
                yield Difference(source, f"Dòng {number}, {column['title']}", one or NOTHING, other or NOTHING)


def _limit(text: State) -> str:
    limit = text.get("limit")
    return f"{limit['value']} {limit['unit']}".strip() if isinstance(limit, Mapping) else ""


def _rows(table: Any) -> list[list[str]]:
    return table["rows"] if isinstance(table, Mapping) else []


def _shape(table: Any) -> list[int]:
    return [len(row) for row in _rows(table)]


def _size(table: Any) -> str:
    rows = _rows(table)
    return f"{len(rows)} dòng, {len(rows[0])} cột" if rows else NOTHING
