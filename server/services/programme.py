"""The year's work programme: a file with the programme's own sentences becomes activities that campaigns refer to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from checklists import domains
from server.db import documents
from server.db.programme import Activity, Programme
from server.errors import Problem, ProblemCode
from server.services import programme_additions
from server.services.programme_file import ProgrammeFile


@dataclass(frozen=True, slots=True)
class Imported:
    """What a programme holds, and what this import changed."""

    id: str
    year: int
    title: str
    activities: int
    core: int
    edge: int
    sentences: int
    dated: int
    standing: int
    related: int
    without_checklist: list[str]
    core_without_checklist: list[str]
    by_kind: dict[str, int]
    added: list[str]
    changed: list[str]
    removed: list[str]


def import_file(session: Session, file: ProgrammeFile) -> Imported:
    """Write a checked programme; sent again, it changes only what differs.

    Refuses to drop an activity that a campaign was opened for.
    """
    old = {a.code: a for a in of_programme(session, file.id)}
    new = {row["id"]: row for row in file.activities}
    removed = sorted(set(old) - set(new))
    _refuse_orphans(session, file.id, removed)
    _refuse_twins(session, file.id, new)
    programme = session.get(Programme, file.id)
    if programme is None:
        session.add(Programme(id=file.id, year=file.year, title=file.title, data=file.data))
        session.flush()
    elif (programme.year, programme.title, programme.data) != (file.year, file.title, file.data):
        programme.year, programme.title, programme.data = file.year, file.title, file.data
    for code in removed:
        session.execute(delete(Activity).where(Activity.programme_id == file.id, Activity.code == code))
    changed = [code for code in new if code in old and old[code].data != new[code]]
    for code in changed:
        _fill(old[code], new[code])
    added = [code for code in new if code not in old]
    for code in added:
        session.add(_fill(Activity(programme_id=file.id, code=code), new[code]))
    session.flush()
    return _summary(file, added, changed, removed)


def of_programme(session: Session, programme_id: str) -> list[Activity]:
    """The activities of a programme in order of code."""
    return list(session.scalars(select(Activity).where(Activity.programme_id == programme_id).order_by(Activity.code)))


def existing(session: Session, programme_id: str) -> Programme:
    """Return a programme by its id as somebody wrote it in an address; 404 where there is none."""
    found = session.get(Programme, programme_id) if programme_id.isprintable() else None  # PostgreSQL takes no NUL
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có chương trình công tác này.")
    return found


def every(session: Session) -> list[Programme]:
    """All programmes, the newest first."""
    return list(session.scalars(select(Programme).order_by(Programme.year.desc(), Programme.id)))


def _fill(activity: Activity, row: dict[str, Any]) -> Activity:
    activity.subject, activity.kind, activity.domain = row["subject"], row["kind"], row["domain"]
    activity.is_core, activity.months, activity.data = row["scope"] == "core", row["months"], row
    return activity


def _refuse_orphans(session: Session, programme_id: str, removed: list[str]) -> None:
    if not removed:
        return
    used = {d.state.get("programme_activity") for d in documents.of_kind(session, "campaign")}
    if kept := [code for code in removed if f"{programme_id}/{code}" in used]:
        raise Problem(
            ProblemCode.CONFLICT,
            f"Tệp không còn hoạt động {', '.join(kept)} nhưng đã có đợt kiểm tra theo hoạt động đó. Hãy giữ lại trong tệp.",
        )


def _refuse_twins(session: Session, programme_id: str, codes: Collection[str]) -> None:
    if twice := sorted({a.code for a in programme_additions.activities(session, programme_id)} & set(codes)):
        raise Problem(
            ProblemCode.CONFLICT,
            f"Mã {', '.join(twice)} đã dùng cho nội dung phát sinh trong năm. Hãy đặt mã khác trong tệp.",
        )


def _summary(file: ProgrammeFile, added: list[str], changed: list[str], removed: list[str]) -> Imported:
    core = sum(1 for row in file.activities if row["scope"] == "core")
    sentences = [o for row in file.activities for o in row.get("occurrences", []) if o.get("sentence")]
    dated = sum(1 for o in sentences if o.get("month") is not None)
    bare = [row for row in file.activities if not domains.of(row["domain"]).checklists]
    return Imported(
        id=file.id, year=file.year, title=file.title, activities=len(file.activities), core=core,
        edge=len(file.activities) - core, sentences=len(sentences), dated=dated, standing=len(sentences) - dated,
        related=len(file.data.get("related", [])), without_checklist=[row["id"] for row in bare],
        core_without_checklist=[row["id"] for row in bare if row["scope"] == "core"], by_kind=dict(Counter(row["kind"] for row in file.activities)),
        added=added, changed=changed, removed=removed,
    )  # fmt: skip
