"""The results of an inspection in the words of its pinned checklists: sections, subjects, photos, and rival values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.services.document_words import value_words
from server.services.field_words import FIELDS
from server.services.history import who
from server.services.law_of_inspection import Cited, Fine
from server.services.photo_view import Photo
from sync import paper_words
from sync.paper_results import Context, item_block

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """One finding. `text` is what the minutes print of it (`sync.paper_results`); `fines` stand where it does not
    conform."""

    id: str
    text: dict[str, Any]
    photos: Sequence[Photo]
    conflicts: Sequence[State]
    voided: State | None
    by: str
    fines: Sequence[Fine]


@dataclass(frozen=True, slots=True)
class Subject:
    """The visit, or one instrument, sample or vehicle, with its results."""

    id: str | None
    name: str
    results: Sequence[Result]


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """A section with the subjects that have results."""

    key: str
    title: str
    subjects: Sequence[Subject]


@dataclass(frozen=True, slots=True)
class Block:
    """One pinned checklist. `missing` = required items of sections begun that nobody answered."""

    code: str
    version: Any
    title: str
    is_known: bool
    sections: Sequence[SectionBlock]
    missing: Sequence[str]


def blocks_of(
    definitions: Sequence[tuple[State, State | None]],
    findings: Sequence[State],
    instruments: Sequence[State],
    photos: Sequence[Photo],
    people: Mapping[str, str],
    cited: Cited,
) -> tuple[list[Block], list[State]]:
    """Return the checklists with their results, and the findings that no pinned checklist has a place for."""
    context = Context(
        instruments={str(doc["id"]): doc for doc in instruments},
        photo_numbers={photo.id: photo.number for photo in photos if photo.number},
        uncitable=cited.uncitable,
    )
    maker = _Maker(context, photos, people, cited)
    blocks, placed = [], set()
    for pin, definition in definitions:
        own = [f for f in findings if f.get("checklist") == pin.get("code")]
        if definition is None:
            blocks.append(Block(str(pin.get("code")), pin.get("version"), str(pin.get("code")), False, (), ()))
            continue
        sections = [maker.section(section, own) for section in definition["sections"]]
        placed |= {r.id for s in sections for each in s.subjects for r in each.results}
        blocks.append(
            Block(
                code=str(definition["code"]),
                version=definition["version"],
                title=definition["title"]["vi"],
                is_known=True,
                sections=[s for s in sections if s.subjects],
                missing=[line for s in definition["sections"] for line in _missing(s, own)],
            )
        )
    return blocks, [f for f in findings if str(f["id"]) not in placed]


@dataclass(frozen=True, slots=True)
class _Maker:
    context: Context
    photos: Sequence[Photo]
    people: Mapping[str, str]
    cited: Cited

    def section(self, section: State, findings: Sequence[State]) -> SectionBlock:
        items = {item["key"]: item for item in section["items"]}
        here = [f for f in findings if f.get("item") in items]
        subjects = []
        for id in dict.fromkeys(f.get("subject_id") for f in here):
            own = [f for f in here if f.get("subject_id") == id]
            own.sort(key=lambda f: (list(items).index(str(f["item"])), f.get("ordinal") or 0))
            name = self.context.name(id, str(section.get("per", "visit")))
            subjects.append(Subject(id, name, [self.result(items[f["item"]], f, name) for f in own]))
        return SectionBlock(str(section["key"]), section["title"]["vi"], subjects)

    def result(self, item: State, finding: State, subject: str) -> Result:
        id = str(finding["id"])
        named = {str(p) for p in finding.get("photo_ids") or []}
        place = f"Mục {item['key']}" + (f", {subject}" if subject else "")
        fines = self.cited.fines.get((str(finding.get("checklist")), str(item["key"])), ())
        return Result(
            id=id,
            text=item_block(item, finding, self.context),
            photos=[p for p in self.photos if p.id in named or p.finding_id == id],
            conflicts=conflicts_of(place, finding, self.people, item),
            voided=finding.get("voided"),
            by=who(self.people, finding.get("created_by")),
            fines=fines if finding.get("answer") == "nonconforming" else (),
        )


def conflicts_of(place: str, doc: State, people: Mapping[str, str], item: State | None = None) -> list[State]:
    """Return each field with rival values: the one kept and those that lost, with author and time (protocol §4)."""
    found: list[State] = []
    for field, losers in sorted((doc.get("conflicts") or {}).items()):
        name, _, key = field.partition(".")
        kept = (doc.get(name) or {}).get(key) if key else doc.get(name)
        rivals = [
            {"value": value_words(name, r.get("value")), "who": who(people, r.get("actor")), "at": r.get("at")}
            for r in losers
        ]
        by = next((r["kept"] for r in losers if r.get("kept")), None)
        wrote = None if by is None else {"who": who(people, by.get("actor")), "at": by.get("at")}
        found.append({"id": doc.get("id"), "place": place, "field": _field(name, key, item), "kept": value_words(name, kept),
                      "by": wrote, "rivals": rivals})  # fmt: skip
    return found


def _missing(section: State, findings: Sequence[State]) -> Iterable[str]:
    """Name required items without an answer; those that repeat are asked for only where the section was begun."""
    answered = {f.get("item") for f in findings if not f.get("voided")}
    begun = section.get("per", "visit") == "visit" or any(item["key"] in answered for item in section["items"])
    for item in section["items"] if begun else ():
        if item.get("required") and not item.get("when") and item["key"] not in answered:
            yield f"{item['key']}: {item['text']['vi']}"


def _field(name: str, key: str, item: State | None) -> str:
    if key and item is not None:
        titles: dict[str, str] = {f["key"]: f["title"]["vi"] for f in item.get("fields") or ()}
        return titles.get(key, key)
    word = FIELDS.get(name, name)
    return paper_words.upper_first(f"{word} {key}".strip())
