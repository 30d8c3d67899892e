"""The results part of minutes: checklists by section and subject, measurement tables, photos, what does not conform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checklists.catalog import basis_without
from checklists.conditions import applies, parse_reference, resolve
from checklists.model import Checklist
from sync import paper_words as words

Doc = Mapping[str, Any]
_NUMBERED = frozenset({"number", "computed"})
_SUBJECT_NAMES = {"sample": "Mẫu", "vehicle": "Xe", "instrument": "Phương tiện đo"}
# Units of the errors that procedures compute; the others keep the unit of their readings.
_ERROR_UNITS = {
    "fuel-delivery": "%",
    "fuel-price": "đ",
    "taximeter-distance": "%",
    "gold-mass": "mg",
    "gold-fineness": "%",
    "dose-rate": "µSv/h",
    "electricity-error": "%",
    "leak-rate": "mmHg/min",
    "validity": "ngày",
    "source-sweep": "lần phông",
}
_ERROR_TITLES = {
    **dict.fromkeys(("gold-mass", "gold-fineness", "prepackage-lot"), "Chênh lệch"),
    "dose-rate": "Suất liều thực",
    "leak-rate": "Độ rò",
    "scale-interval": "Giá trị d",
    "gold-scale-interval": "Giá trị e",
    "validity": "Còn hiệu lực",
    "registered-minimum": "Trung bình",
    "source-sweep": "Tỉ số với phông",
}


@dataclass
class Context:
    """What every item needs to know: the subjects by id, the number of each photo, the law that may not be cited that
    day, the penalty articles by checklist code and item key."""

    instruments: Mapping[str, Doc]
    photo_numbers: Mapping[str, int]
    uncitable: Sequence[str] = ()
    articles: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    findings: Sequence[Doc] = ()

    def unit(self, spec: Doc, finding: Doc) -> str:
        """Return the unit of a field; a scale says its own (`unit_from: subject.attributes.unit`), a lot another item's."""
        reference = parse_reference(spec.get("unit_from"))
        if spec.get("unit") or reference is None:
            return words.text(spec.get("unit"))
        subject_id = finding.get("subject_id")
        own = [f for f in self.findings if f.get("checklist") == finding.get("checklist")] if reference.item else []
        return words.text(resolve(reference, self.instruments.get(subject_id or ""), answers_for(own, subject_id)))

    def number(self, subject_id: str) -> int:
        """Return the printed number of an instrument, given out in the order of first mention."""
        return self.numbers.setdefault(subject_id, len(self.numbers) + 1)

    def name(self, subject_id: str | None, per: str) -> str:
        """Name a subject as it stands before its results: "Cột đo xăng dầu số A-1"."""
        if subject_id is None:
            return ""
        doc = self.instruments.get(subject_id)
        if doc is None:
            return f"{_SUBJECT_NAMES.get(per, 'Đối tượng')} {self.number(subject_id)}"
        kind = words.text(doc.get("type"))
        parts = [words.INSTRUMENTS.get(kind, kind or "Phương tiện đo")]
        label = words.text((doc.get("attributes") or {}).get("label"))
        serial = words.text(doc.get("serial"))
        if label:
            parts.append(label)
        if serial:
            parts.append(f"số {serial}")
        return " ".join(parts)


def definition_of(checklist: Checklist | Doc) -> Doc:
    """Return the served JSON of a checklist, whichever way it was handed in."""
    return checklist.definition if isinstance(checklist, Checklist) else checklist


def checklist_block(definition: Doc, findings: Sequence[Doc], context: Context) -> dict[str, Any]:
    """Compose one checklist: sections, in each the subjects with results, and required items without any."""
    sections, missing = [], []
    for section in definition["sections"]:
        items = {item["key"]: item for item in section["items"]}
        here = [f for f in findings if f.get("item") in items]
        subjects = [
            {
                "number": None if subject_id is None else context.number(subject_id),
                "name": context.name(subject_id, section.get("per", "visit")),
                "items": [
                    item_block(items[f["item"]], f, context)
                    for key in items
                    for f in sorted(here, key=lambda f: f.get("ordinal") or 0)
                    if f["item"] == key and f.get("subject_id") == subject_id
                ],
            }
            for subject_id in dict.fromkeys(f.get("subject_id") for f in here)
        ]
        if subjects:
            sections.append({"key": section["key"], "title": section["title"]["vi"], "subjects": subjects})
        here_for = list(dict.fromkeys(f.get("subject_id") for f in here))
        missing += [
            {"key": key, "text": item["text"]["vi"]}
            for key, item in items.items()
            if item.get("required") and any(_lacks(item, subject, findings, context) for subject in here_for or [None])
            and (here_for or section.get("per", "visit") == "visit")
        ]  # fmt: skip
    return {
        "code": definition["code"],
        "version": definition["version"],
        "sha256": words.text(definition.get("sha256")),
        "title": definition["title"]["vi"],
        "sections": sections,
        "missing": missing,
    }


def _lacks(item: Doc, subject_id: str | None, findings: Sequence[Doc], context: Context) -> bool:
    """Tell whether an item that applies to a subject has no result there."""
    answers = answers_for(findings, subject_id)
    own = answers.get(item["key"])
    if own is not None and own.get("subject_id") == subject_id:
        return False
    subject = None if subject_id is None else context.instruments.get(subject_id)
    return applies(item.get("when"), subject, answers)


def answers_for(findings: Sequence[Doc], subject_id: str | None) -> dict[str, Doc]:
    """Return what was answered in one checklist by item: for the visit, and over that for the subject."""
    found: dict[str, Doc] = {}
    for place in (None, subject_id):
        found |= {words.text(f.get("item")): f for f in findings if f.get("subject_id") == place}
    return found


def printed(findings: Sequence[Doc], definitions: Sequence[Doc]) -> list[Doc]:
    """Return the findings that these checklists print: known items with any result."""
    known = {
        (each["code"], item["key"]) for each in definitions for section in each["sections"] for item in section["items"]
    }
    return [f for f in findings if (f.get("checklist"), f.get("item")) in known and _has_result(f)]


def _has_result(finding: Doc) -> bool:
    return any(finding.get(name) for name in ("answer", "values", "rows", "note", "photo_ids"))


def item_block(item: Doc, finding: Doc, context: Context) -> dict[str, Any]:
    """Compose one result: answer and verdict in words, values, table, note, limit with its source, photo numbers."""
    computed: Doc = finding.get("computed") or {}
    answer, verdict = finding.get("answer"), computed.get("verdict")
    return {
        "key": item["key"],
        "ordinal": finding.get("ordinal") or 0,
        "text": item["text"]["vi"],
        "answer": answer,
        "word": words.ANSWERS.get(answer or "", ""),
        "verdict": verdict,
        "verdict_word": words.VERDICTS.get(verdict or "", ""),
        "explanation": "" if _goes_without_saying(item, computed) else words.text(computed.get("explanation")),
        "limit": _limit(computed.get("limit")),
        "values": _values(item, finding, context),
        "table": _table(item, finding, computed, context),
        "note": words.text(finding.get("note")),
        "photos": sorted(
            {context.photo_numbers[id] for id in finding.get("photo_ids") or () if id in context.photo_numbers}
        ),
        "legal_basis": list(basis_without(map(words.text, item.get("legal_basis") or ()), context.uncitable))
        if answer == "nonconforming" or verdict == "fail"
        else [],
    }


def _goes_without_saying(item: Doc, computed: Doc) -> bool:
    """Tell whether a certificate is valid for long: the day that is printed says it, twenty meters long."""
    if (item.get("procedure") or {}).get("name") != "validity" or computed.get("verdict") != "pass":
        return False
    from checklists.procedures.validity import WARNED_BEFORE  # late: reading an operation must not load procedures

    return all(int(days) > WARNED_BEFORE for days in computed.get("errors") or ())


def _limit(limit: Any) -> dict[str, str] | None:
    if not isinstance(limit, Mapping) or limit.get("value") is None:
        return None
    status = words.text(limit.get("status"))
    return {
        "value": words.text(limit["value"]),
        "unit": words.text(limit.get("unit")),
        "source": words.text(limit.get("source")),
        "status": status,
        "status_word": words.LIMIT_STATUSES.get(status, status),
    }


def _values(item: Doc, finding: Doc, context: Context) -> list[dict[str, str]]:
    entered: dict[str, Any] = dict(finding.get("values") or {})
    printed = []
    for spec in item.get("fields") or ():
        value = entered.pop(spec["key"], None)
        if value not in (None, "", []):
            printed.append(_value(spec["title"]["vi"], spec, value, context.unit(spec, finding)))
    # What a newer checklist or another program sent is printed too: it is part of what was signed.
    own = {"type": item.get("type"), "unit": item.get("unit"), "choices": item.get("choices")}
    for key in sorted(entered):
        if entered[key] not in (None, "", []):
            printed.append(_value("" if key == "value" else key, own, entered[key], words.text(own["unit"])))
    return printed


def _value(title: str, spec: Doc, value: Any, unit: str) -> dict[str, str]:
    kind = words.text(spec.get("type"))
    return {
        "title": title,
        "type": "number" if kind in _NUMBERED else "text",
        "unit": unit,
        "text": cell(spec, value),
    }


def cell(spec: Doc, value: Any) -> str:
    """Write one value: choices by their title, days the Vietnamese way, numbers as the inspector wrote them."""
    if isinstance(value, list):
        return "; ".join(cell(spec, each) for each in value)
    if spec.get("type") == "date":
        return words.short_day(value)
    titles = {_choice_key(choice): _choice_title(choice) for choice in spec.get("choices") or ()}
    return titles.get(words.text(value), words.text(value))


def _choice_key(choice: Any) -> str:
    return words.text(choice["key"]) if isinstance(choice, Mapping) else words.text(choice[0])


def _choice_title(choice: Any) -> str:
    title = choice["title"] if isinstance(choice, Mapping) else choice[1]
    return words.text(title["vi"]) if isinstance(title, Mapping) else words.text(title)


def _table(item: Doc, finding: Doc, computed: Doc, context: Context) -> dict[str, Any] | None:
    """Compose the readings row by row, with the error (and, where it differs, the limit) of each row at its end."""
    rows: Sequence[Any] = finding.get("rows") or ()
    specs = [spec for spec in item.get("columns") or () if _used(spec, rows)]
    if not rows or not specs:
        return None
    columns = [
        {"title": spec["title"]["vi"], "unit": context.unit(spec, finding), "type": _kind(spec)} for spec in specs
    ]
    cells = [[cell(spec, row.get(spec["key"])) if isinstance(row, Mapping) else "" for spec in specs] for row in rows]
    use: Doc = item.get("procedure") or {}
    errors: Sequence[Any] = computed.get("errors") or ()
    if len(errors) == len(rows):
        _add_errors(columns, cells, errors, use, computed.get("limit"))
    return {"columns": columns, "rows": cells}


def _used(spec: Doc, rows: Sequence[Any]) -> bool:
    """Leave out a column that nobody filled in: seconds, mark of the piece and the like are optional."""
    return any(isinstance(row, Mapping) and row.get(spec["key"]) not in (None, "", []) for row in rows)


def _kind(spec: Doc) -> str:
    return "number" if spec.get("type") in _NUMBERED else "text"


def _add_errors(
    columns: list[dict[str, str]], cells: list[list[str]], errors: Sequence[Any], use: Doc, limit: Any
) -> None:
    procedure = words.text(use.get("name"))
    detailed = [error if isinstance(error, Mapping) else {"error": error} for error in errors]
    # Errors of weighing have the unit of the readings, while their limit may be given in e.
    readings = next((column["unit"] for column in columns if column["type"] == "number" and column["unit"]), "")
    relative = (use.get("parameters") or {}).get("error") == {"value": "relative"}
    unit = words.text(detailed[0].get("unit")) or ("%" if relative else _ERROR_UNITS.get(procedure, readings))
    columns.append({"title": _ERROR_TITLES.get(procedure, "Sai số"), "unit": unit, "type": "number"})
    for row, error in zip(cells, detailed, strict=True):
        row.append(words.text(error.get("error", error.get("net"))))
    limits = (
        limit if isinstance(limit, list) and len(limit) == len(cells) else [error.get("limit") for error in detailed]
    )
    if any(isinstance(each, Mapping) for each in limits):
        units = {words.text(each.get("unit")) for each in limits if isinstance(each, Mapping)}
        columns.append({"title": "Giới hạn", "unit": units.pop() if len(units) == 1 else "", "type": "number"})
        for row, each in zip(cells, limits, strict=True):
            row.append(words.text(each.get("value")) if isinstance(each, Mapping) else "")


def photo_list(photos: Sequence[Doc], findings: Sequence[Doc], context: Context) -> list[dict[str, Any]]:
    """List the evidence photos in the order of their numbers, with what they show."""
    shown: dict[str, str] = {}
    for finding in findings:
        subject = context.name(finding.get("subject_id"), "")
        for id in finding.get("photo_ids") or ():
            shown.setdefault(id, f"{words.text(finding.get('item'))} {subject}".strip())
    return [
        {
            "number": context.photo_numbers[photo["id"]],
            "sha256": words.text(photo.get("sha256")),
            "about": shown.get(photo["id"], ""),
            "taken_at": _taken(photo),
        }
        for photo in sorted(photos, key=lambda photo: context.photo_numbers[photo["id"]])
    ]


def _taken(photo: Doc) -> str:
    try:
        at = words.local(photo["taken_at"])
    except (KeyError, TypeError, ValueError):
        return ""
    return f"{at.hour:02d}:{at.minute:02d} {words.short_day(at.date().isoformat())}"


def nonconformities(checklists: Sequence[Doc], context: Context) -> list[dict[str, Any]]:
    """List what does not conform, once for each item with all its subjects, and the articles that apply.

    `penalties` stands only where a decree names the item: papers signed before there were such rows have none.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for checklist in checklists:
        for section in checklist["sections"]:
            for subject in section["subjects"]:
                for item in subject["items"]:
                    if item["answer"] != "nonconforming":
                        continue
                    entry = found.setdefault(
                        (checklist["code"], item["key"]),
                        {"key": item["key"], "text": item["text"], "subjects": [], "legal_basis": item["legal_basis"]},
                    )
                    if named := context.articles.get((checklist["code"], item["key"])):
                        entry["penalties"] = list(named)
                    if subject["name"] and subject["name"] not in entry["subjects"]:
                        entry["subjects"].append(subject["name"])
    return list(found.values())


def counts(checklists: Sequence[Doc]) -> dict[str, int]:
    """Count the answers and the measurements without a verdict."""
    items = [i for c in checklists for s in c["sections"] for each in s["subjects"] for i in each["items"]]
    answers = [item["answer"] for item in items]
    totals = {answer: answers.count(answer) for answer in words.ANSWERS}
    return totals | {"inconclusive": sum(item["verdict"] == "inconclusive" for item in items)}
