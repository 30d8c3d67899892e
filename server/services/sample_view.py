"""One sample whole, as the office reads it: what was taken, its portions, its custody, what laboratories said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.users import User
from server.services import accounts
from server.services.history import who
from server.services.photo_view import Photo, photos_of
from server.services.samples import Row, of_inspection, readable, results_of
from sync import samples

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a laboratory result: the newest of its chain `is_current`, the others stay to be read."""

    id: str
    state: State
    is_current: bool
    entered_by: str
    photos: Sequence[Photo]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page of one sample. `papers` = (id, number as printed) of the minutes that list it."""

    row: Row
    state: State
    portions: Sequence[tuple[str, State]]
    custody: Sequence[State]
    results: Sequence[Version]
    photos: Sequence[Photo]
    choosable: Sequence[Photo]
    papers: Sequence[tuple[str, str]]
    instrument: str


def page(session: Session, sample_id: str, user: User, today: date) -> Page:
    """Return one sample with everything about it; 404 where the person may not read its inspection."""
    sample, inspection = readable(session, sample_id, user)
    state, people = sample.state, accounts.names(session)
    photos = photos_of([{"id": d.id, **d.state} for d in documents.children(session, inspection.id, "photo")], people)
    versions = results_of(session, sample)
    current = {each["id"] for each in samples.current(versions)}
    instrument = documents.get(session, "instrument", str(state.get("instrument_id")))
    return Page(
        row=next(row for row in of_inspection(session, inspection, today) if row.id == sample.id),
        state=state,
        portions=samples.portions(state),
        custody=[
            {**event, "by": who(people, event["recorded_by"]) if event.get("recorded_by") else ""}
            for event in samples.custody(state)
        ],
        results=[
            Version(each["id"], each, each["id"] in current, who(people, each.get("entered_by")),
                    [photo for photo in photos if photo.id in (each.get("photo_ids") or ())])
            for each in reversed(versions)
        ],
        photos=[photo for photo in photos if photo.id in (state.get("photo_ids") or ())],
        choosable=[photo for photo in photos if photo.purpose == "lab_report" and not photo.voided],
        papers=_papers(documents.children(session, inspection.id, "minutes"), sample.id),
        instrument="" if instrument is None else str(instrument.state.get("serial") or ""),
    )  # fmt: skip


def _papers(minutes: Sequence[Document], sample_id: str) -> list[tuple[str, str]]:
    named = []
    for paper in minutes:
        if paper.state.get("status") != "void" and sample_id in (paper.state.get("freezes") or ()):
            try:
                text = str(json.loads(paper.state["canonical"])["number"]["text"])
            except (KeyError, TypeError, ValueError):
                text = f"{paper.state.get('number')}/{paper.state.get('series')}"
            named.append((paper.id, text))
    return named
