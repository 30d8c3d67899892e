"""Papers about measures: which seals, suspensions and releases a paper lists, and the earlier paper each rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import paper_words as words
from sync.paper_forms import FORMS, Form
from sync.paper_results import Context, Doc

STANDING = frozenset({"issued", "amended"})
"""The statuses of minutes that count: what was voided, or disputes a number, has settled nothing."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A measure, the one that it undoes, and the standing paper that it rests on: {id, form, text, issued_at, …}."""

    measure: Doc
    origin: Doc | None
    paper: Doc | None


def listed(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the measures that a canonical document lists."""
    letter = document.get("letter")
    rows = (
        document.get("measures"),
        document.get("seals"),
        letter.get("objects") if isinstance(letter, dict) else None,
    )
    return frozenset(
        row["id"] for part in rows if isinstance(part, list) for row in part
        if isinstance(row, dict) and isinstance(row.get("id"), str)
    )  # fmt: skip


def traced(form: Form, measures: Sequence[Doc], earlier: Sequence[Doc], papers: Sequence[Doc]) -> list[Traced]:
    """Return what a paper of this form has to list: its measures that no standing paper of the form lists yet.

    `earlier` are the measures of the inspections that this one re-checks; `papers` the standing papers of them all, each
    with the `measure_ids` that it lists.
    """
    done = {id for paper in papers if paper.get("form") == form.code for id in paper.get("measure_ids") or ()}
    own = [m for m in measures if m.get("type") == form.measure and m.get("id") not in done]
    found = []
    for measure in sorted(own, key=lambda m: (_when(m), words.text(m.get("id")))):
        origin = _origin(measure, form.undoes, (*earlier, *measures)) if form.undoes else None
        found.append(Traced(measure, origin, _paper(form, measure if not form.undoes else origin, papers)))
    return found


def _origin(measure: Doc, type: str, others: Sequence[Doc]) -> Doc | None:
    """Return the measure that this one undoes: the one that it names, else the last one before it on the same object."""
    named = next((m for m in others if m.get("id") and m.get("id") == measure.get("follows")), None)
    if named is not None:
        return named
    at, subject = _when(measure), measure.get("instrument_id")
    same = [m for m in others if m.get("type") == type and m.get("instrument_id") == subject]
    return max((m for m in same if not at or _when(m) <= at), key=_when, default=None)


def standing_suspensions(measures: Sequence[Doc]) -> list[Doc]:
    """Return the suspensions that nothing has ended: no later resumption names them or their object."""
    kept = [m for m in measures if not m.get("voided")]
    ended = [_origin(m, "suspend", kept) for m in kept if m.get("type") == "resume"]
    return [m for m in kept if m.get("type") == "suspend" and not any(m is each for each in ended)]


def _when(measure: Doc) -> str:
    """Write when a measure was taken so that texts compare as times do; one that nobody can read as it is."""
    at = words.text(measure.get("at"))
    try:
        return words.local(at).isoformat()
    except ValueError:
        return at


def _paper(form: Form, measure: Doc | None, papers: Sequence[Doc]) -> Doc | None:
    """Return the first standing paper that lists a measure, of the best form that any has."""
    id = None if measure is None else measure.get("id")
    for code in form.rests_on:
        fits = [p for p in papers if p.get("form") == code and id is not None and id in (p.get("measure_ids") or ())]
        if fits:
            return min(fits, key=lambda p: words.text(p.get("issued_at")))
    return None


def cited(papers: Sequence[Doc | None]) -> list[str]:
    """Write the earlier papers as lines of the căn cứ block, each once."""
    lines = [f"Căn cứ {paper_name(p)} {words.long_day(p.get('issued_at'))}".rstrip() for p in papers if p is not None]
    return list(dict.fromkeys(lines))


def paper_name(paper: Doc) -> str:
    """Name a paper with its number: minutes of the inspection plainly, the others by their form."""
    form = FORMS.get(words.text(paper.get("form")))
    name = form.name if form is not None and not form.shows_inspection else "Biên bản"
    return f"{name} số {words.text(paper.get('text'))}"


def seal_rows(rows: Sequence[Traced], context: Context) -> list[dict[str, Any]]:
    """Write seals put on or taken off: on what, numbers, place, state, by whom, when, photos before and after."""
    return [
        {
            "id": words.text(row.measure.get("id")),
            "subject": subject_of(row.measure, context),
            "serials": words.text(row.measure.get("serials") or (row.origin or {}).get("serials")).replace("; ", ", "),
            "place": words.text(row.measure.get("place") or (row.origin or {}).get("place")),
            "by": words.text(row.measure.get("by")),
            "state": words.text(row.measure.get("state")),
            "reason": words.text(row.measure.get("reason")).rstrip(" .;"),
            "at": words.moment(row.measure.get("at")),
            "sealed_at": words.moment((row.origin or {}).get("at")),
            "paper": "" if row.paper is None else paper_name(row.paper),
            "before": _photos(row.measure, "before_photo_ids", context),
            "after": _photos(row.measure, "after_photo_ids", context),
        }
        for row in rows
    ]


def photographed(rows: Sequence[Traced], form: Form) -> list[Doc]:
    """Return what the photos of the measures show, in the shape of findings, for the list of photos."""
    act = words.MEASURES.get(form.measure, "").lower()
    return [
        {
            "item": f"{when} {act}",
            "subject_id": row.measure.get("instrument_id"),
            "photo_ids": row.measure.get(name) or (),
        }
        for row in rows
        for when, name in (("trước khi", "before_photo_ids"), ("sau khi", "after_photo_ids"))
    ]


def first_moment(rows: Sequence[Traced]) -> str | None:
    """Return when the first of the measures was taken."""
    return min((_when(row.measure) for row in rows if row.measure.get("at")), default=None)


def subject_of(measure: Doc, context: Context) -> str:
    """Name what a measure is about, '' where it is about the whole site."""
    subject = measure.get("instrument_id")
    return context.name(subject, "instrument") if subject else ""


def _photos(measure: Doc, name: str, context: Context) -> list[int]:
    return sorted({context.photo_numbers[id] for id in measure.get(name) or () if id in context.photo_numbers})
