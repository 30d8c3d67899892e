"""The facts of a violation case, taken from the signed text of the minutes: later edits of findings change nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.services.wording import plain_text
from sync import paper_words
from sync.clock import read_instant
from sync.minutes import listed

STANDING = frozenset({"issued", "amended"})
FORMS = frozenset({"inspection", "amendment"})
DOUBTFUL = frozenset({"clock_skewed", "clock_ahead", "other_year"})
"""Warnings of minutes whose printed time starts no legal deadline (docs/protocol.md, minutes)."""
UNCLEAR = {"code": "unclear_time", "detail": "Giờ in trên biên bản không đọc được, hoặc khác giờ trong chữ ký số."}
_YEARS = range(2000, 2101)
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """Issued minutes with their signed text."""

    id: str
    state: State
    text: dict[str, Any]

    @property
    def number_text(self) -> str:
        """The number as printed."""
        return _text((self.text.get("number") or {}).get("text") or self.state.get("number"))


def papers(minutes: Iterable[tuple[str, State]]) -> list[Paper]:
    """Return the standing inspection minutes, then their amendments, each in the order of issue.

    An amendment names what it amends: a tablet's clock that was set back in between makes it no first minutes.
    """
    found = [
        Paper(id, state, json.loads(state["canonical"]))
        for id, state in minutes
        if state.get("status") in STANDING and state.get("form") in FORMS
    ]
    return sorted(
        found, key=lambda paper: (bool(paper.state.get("amends")), str(paper.state.get("issued_at")), paper.id)
    )


def detection(first: Paper) -> dict[str, Any]:
    """Return when the violation was found: the time printed in the first minutes, without a day where it is in doubt."""
    doubts = [dict(w) for w in first.state.get("warnings") or [] if w.get("code") in DOUBTFUL]
    printed = _text(first.text.get("issued_at"))
    read, sealed = read_instant(printed), read_instant(first.state.get("issued_at"))
    if read is None or sealed is None or read.year not in _YEARS or abs(read - sealed) >= timedelta(seconds=1):
        doubts.append(UNCLEAR)
    return {"at": None if doubts else printed, "printed": printed, "source": "minutes", "doubts": doubts}


def establishment(first: Paper) -> dict[str, str]:
    """Return the site as it stands in the minutes, in words."""
    return {name: _text(value) for name, value in first.text["establishment"].items()}


def gather(papers: Sequence[Paper], findings: Mapping[str, State]) -> list[dict[str, Any]]:
    """List what the papers found against the site; what an amendment prints again replaces what it corrects.

    `findings` by id: only their coordinates are read, which never change after creation (sync/kinds.py, `fixed`).
    """
    found: dict[tuple[Any, ...], dict[str, Any] | None] = {}
    for paper in papers:
        photos = {photo.get("number"): photo for photo in paper.text.get("photos") or []}
        for code, section, subject_id, who, name, item in _results(paper, findings):
            place = (code, subject_id, item["key"], item["ordinal"])
            fact = _fact(paper, name, item, photos) if _is_against(item) else None
            found[code, section, who, item["key"], item["ordinal"]] = fact and {
                **fact,
                **_identity(paper, place, findings),
            }
    facts = [fact for fact in found.values() if fact is not None]
    return [{"id": str(number), **fact} for number, fact in enumerate(facts, 1)]


def _results(paper: Paper, findings: Mapping[str, State]) -> Iterator[tuple[Any, ...]]:
    """Walk the printed results: checklist, section, subject's id, what tells the subject apart, its name, the item.

    Scales without a serial number bear one name: where no id is known, the first of a name is not the second.
    """
    for checklist in paper.text.get("checklists") or []:
        for section in checklist["sections"]:
            names: Counter[str] = Counter()
            ids = _subject_ids(paper, checklist["code"], section, findings)
            for subject, id in zip(section["subjects"], ids, strict=True):
                names[subject["name"]] += 1
                who = id or (subject["name"], names[subject["name"]])
                for item in subject["items"]:
                    yield checklist["code"], section["key"], id, who, subject["name"], item


def offending(facts: Sequence[State], instruments: Mapping[str, State]) -> list[dict[str, Any]]:
    """List the instruments that the facts speak of, each once, with the new price that the register has of it.

    One that cannot be told (`_subject_ids`) is listed by its printed name, without a price.
    """
    rows: dict[str, dict[str, Any]] = {}
    for fact in facts:
        id, name = fact.get("subject_id"), fact["subject"]
        if (id is None and not name) or (id is not None and id not in instruments):
            continue  # the visit as a whole; a sample
        price = None if id is None else instruments[id].get("new_price")
        row = {"id": str(len(rows) + 1), "instrument_id": id, "name": name,
               "new_price": None if price in (None, "") else str(price), "source": "register"}  # fmt: skip
        rows.setdefault(id or name, row)
    return list(rows.values())


def _is_against(item: State) -> bool:
    return item.get("answer") == "nonconforming" or item.get("verdict") == "fail"


def _fact(paper: Paper, subject: str, item: State, photos: Mapping[Any, State]) -> dict[str, Any]:
    values = [": ".join(filter(None, (_text(v["title"]), _text(f"{v['text']} {v['unit']}")))) for v in item["values"]]
    return {
        "minutes_id": paper.id,
        "minutes": paper.number_text,
        "item": _text(item["key"]),
        "subject": _text(subject),
        "text": _text(item["text"]),
        "answer": item.get("answer"),
        "verdict": item.get("verdict"),
        "explanation": _text(item.get("explanation")),
        "values": "; ".join(values),
        "note": _text(item.get("note")),
        "legal_basis": [_text(line) for line in item.get("legal_basis") or []],
        "photos": [
            {"number": _text(n), "sha256": _text(photos[n].get("sha256"))}
            for n in item.get("photos") or []
            if n in photos
        ],
        "violation": None,
    }


def _identity(paper: Paper, place: tuple[Any, ...], findings: Mapping[str, State]) -> dict[str, Any]:
    """Name the finding behind a printed result; None where the server does not hold it, or cannot tell which it is."""
    code, subject_id, item, ordinal = place
    same = [
        id for id in listed(paper.text)
        if (state := findings.get(id)) is not None
        and (state.get("checklist"), state.get("subject_id"), state.get("item"), state.get("ordinal") or 0)
        == (code, subject_id, item, ordinal)
    ]  # fmt: skip
    return {"checklist": _text(code), "subject_id": subject_id, "finding_id": same[0] if len(same) == 1 else None}


def _subject_ids(paper: Paper, code: str, section: State, findings: Mapping[str, State]) -> list[str | None]:
    """Return the subject of each block of a section: the paper prints them in the order of their ids (sync/paper.py).

    All None where the server holds other findings than the paper lists: then nothing tells them apart.
    """
    blocks = section["subjects"]
    items = {item["key"] for block in blocks for item in block["items"]}
    known = [findings[id] for id in listed(paper.text) if id in findings]
    here = {s.get("subject_id") for s in known if s.get("checklist") == code and s.get("item") in items}
    if len(here) != len(blocks):
        return [None] * len(blocks)
    return sorted(here, key=lambda subject: str(subject or ""))


def _text(value: Any) -> str:
    """Write a printed value without what no page and no database can hold: a signed text may say anything."""
    return plain_text(paper_words.text(value), lines=True)
