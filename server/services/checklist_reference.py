"""A checklist as people read it: every item in Vietnamese words, with its limits and the documents that it cites.

The office's page and the files of docs/checklists/ are made from the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from checklists import catalog, domains, law_rows
from checklists import law as law_of_day
from checklists.limit_use import advice_for, rows_for
from checklists.limits import RuleSet
from checklists.model import Checklist, Field, Item, Law, Limit, Section
from server.errors import Problem, ProblemCode
from server.services import condition_words, limit_words, wording
from sync.paper_words import LIMIT_STATUSES, law_line


@dataclass(frozen=True, slots=True)
class Document:
    """A document that the checklist cites, with its validity and whether its row is confirmed."""

    name: str
    validity: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit row that items meet, named by their keys."""

    id: str
    name: str
    context: str
    value: str
    source: str
    validity: str
    status: str
    confirmed: bool
    note: str
    items: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item in words. Empty text = there is nothing to say."""

    key: str
    vi: str
    en: str
    kind: str
    required: bool
    photo: str
    condition: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]
    procedure: str
    basis: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SectionLines:
    """A section: how often it is answered, and its items."""

    title: str
    per: str
    items: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many items there are, and how many of each sort."""

    items: int
    required: int
    photo: int
    conditional: int
    procedure: int
    basis: int


@dataclass(frozen=True, slots=True)
class Reference:
    """One version of a checklist under one rule set; on a day, or with every dated row."""

    code: str
    version: int
    sha256: str
    title: str
    title_en: str
    rules: str
    domains: tuple[str, ...]
    figures: Figures
    basis: tuple[str, ...]
    sections: tuple[SectionLines, ...]
    limits: tuple[LimitLine, ...]
    documents: tuple[Document, ...]


def every(rules: RuleSet, on: date | None = None) -> list[Reference]:
    """Return the newest version of every published checklist, the common part first, then by code."""
    found = catalog.load()
    codes = sorted({checklist.code for checklist in found.all()}, key=lambda code: (code != "general", code))
    return [of(found.latest(code), rules, on) for code in codes]


def one(code: str, rules: RuleSet, on: date | None = None) -> Reference:
    """Return the newest version of a checklist; 404 for an unknown code."""
    try:
        return of(catalog.load().latest(code), rules, on)
    except KeyError:
        raise Problem(ProblemCode.NOT_FOUND, "Không có danh mục kiểm tra này.") from None


def of(checklist: Checklist, rules: RuleSet, on: date | None) -> Reference:
    """Put a checklist in words. `on` leaves out the limits and documents that do not hold on that day; None = all."""
    items = [item for section in checklist.sections for item in section.items]
    served = [law_rows.serve_law(row) for row in rules.law]
    living = {row["id"] for row in (served if on is None else law_of_day.in_force(served, on))}
    law = [row for row in rules.law if row.id in living]
    gone = {row.number for row in rules.law} - {row.number for row in law}
    cited = {*checklist.legal_basis, *(entry for item in items for entry in item.legal_basis)}
    return Reference(
        code=checklist.code,
        version=checklist.version,
        sha256=checklist.sha256,
        title=checklist.title.vi,
        title_en=checklist.title.en,
        rules=rules.version,
        domains=tuple(d.title for d in domains.load().values() if checklist.code in d.checklists),
        figures=_figures(items),
        basis=catalog.basis_without(checklist.legal_basis, gone),
        sections=tuple(_section(section, checklist, gone) for section in checklist.sections),
        limits=_limits(items, rules.limits, on),
        documents=tuple(_document(row) for row in law if any(catalog.cites(entry, row.number) for entry in cited)),
    )


def _figures(items: Sequence[Item]) -> Figures:
    return Figures(
        items=len(items),
        required=sum(item.required for item in items),
        photo=sum(item.photo != "none" for item in items),
        conditional=sum(item.when is not None for item in items),
        procedure=sum(item.procedure is not None for item in items),
        basis=sum(bool(item.legal_basis) for item in items),
    )


def _section(section: Section, checklist: Checklist, gone: Iterable[str]) -> SectionLines:
    per = wording.SECTION_PERS[section.per]
    return SectionLines(section.title.vi, per, tuple(_item(item, checklist, gone) for item in section.items))


def _item(item: Item, checklist: Checklist, gone: Iterable[str]) -> ItemLine:
    condition = condition_words.words(item.when, checklist) if item.when is not None else ""
    procedure = f"{limit_words.procedure_name(item.procedure.name)} ({item.procedure.name})" if item.procedure else ""
    return ItemLine(
        key=item.key,
        vi=item.text.vi,
        en=item.text.en,
        kind=wording.ITEM_TYPES[item.type],
        required=item.required,
        photo=wording.PHOTO_RULES[item.photo],
        condition=condition,
        fields=tuple(map(_field, item.fields)),
        columns=tuple(map(_field, item.columns)),
        procedure=procedure,
        basis=catalog.basis_without(item.legal_basis, gone),
        note=item.note or "",
    )


def _field(field: Field) -> str:
    """Write one box: its title, unit, kind, and what can be chosen."""
    kind = wording.FIELD_TYPES[field.type] + (", nhiều giá trị" if field.many else "")
    unit = field.unit or ("đơn vị của phương tiện" if field.unit_from else "")
    chosen = " / ".join(title.vi for _, title in field.choices) if field.type != "answer" else ""
    return f"{field.title.vi}{f' ({unit})' if unit else ''}: {kind}{f' ({chosen})' if chosen else ''}"


def _limits(items: Sequence[Item], limits: Sequence[Limit], on: date | None) -> tuple[LimitLine, ...]:
    met: dict[str, list[str]] = {}
    for item in items:
        use = item.procedure
        for limit in (*rows_for(use, limits), *advice_for(use, limits)) if use is not None else ():
            met.setdefault(limit.id, []).append(item.key)
    return tuple(
        LimitLine(
            id=limit.id,
            name=limit_words.name(limit),
            context=wording.LIMIT_CONTEXTS[limit.context],
            value=limit_words.value(limit),
            source=limit.source,
            validity=limit_words.validity(limit.valid_from, limit.valid_to),
            status=limit_words.status(limit),
            confirmed=limit.status == "confirmed",
            note=limit.note or "",
            items=", ".join(met[limit.id]),
        )
        for limit in limits
        if limit.id in met and (on is None or _holds(limit.valid_from, limit.valid_to, on))
    )


def _document(row: Law) -> Document:
    name = law_line({"number": row.number, "title": row.title}).removeprefix("Căn cứ ")
    return Document(
        name, limit_words.validity(row.valid_from, row.valid_to), LIMIT_STATUSES[row.status], row.note or ""
    )


def _holds(first: date | None, last: date | None, on: date) -> bool:
    return (first is None or first <= on) and (last is None or on <= last)
