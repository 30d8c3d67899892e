"""The canonical dict of minutes: everything that is printed, composed once from documents, then frozen by a signature."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from checklists import law as law_of_day
from checklists import standards as standards_of
from checklists.model import Checklist
from sync import paper_people as people
from sync import paper_words as words
from sync.findings import fingerprint, measured_days, reasons
from sync.paper_results import (
    Context,
    Doc,
    checklist_block,
    counts,
    definition_of,
    nonconformities,
    photo_list,
    printed,
)
from sync.seal import number_text

VERSION = 1
FORMS = ("announcement", "working", "inspection", "amendment", "sampling", "sealing")
# What the paper says above its list of results; an announcement has none.
_FORMS_WITH_RESULTS = frozenset({"working", "inspection", "amendment"})
_NUMBER = re.compile(r"\d+/\d{4}/[\w-]+")
"""A document's number as laws and circulars carry it: 28/2013/TT-BKHCN."""
_PROVINCE = re.compile(r"\btỉnh\b", re.IGNORECASE)
_CITED_KINDS = ("Bộ luật", "Luật", "Pháp lệnh", "Nghị định", "Thông tư", "Quyết định", "Văn bản hợp nhất")
_PENALTIES = "xử phạt"


def compose(
    *,
    form: str,
    issued_at: str,
    number: Doc | None,
    inspection: Doc,
    campaign: Doc,
    organisation: Doc,
    establishment: Doc,
    area: Doc | None = None,
    instruments: Sequence[Doc] = (),
    findings: Sequence[Doc] = (),
    checklists: Sequence[Checklist | Doc] = (),
    law: Sequence[Doc] = (),
    violations: Sequence[Doc] = (),
    penalties: Sequence[Doc] = (),
    standards: Sequence[Doc] = (),
    photos: Sequence[Doc] = (),
    requirements: Sequence[Doc] = (),
    measures: Sequence[Doc] = (),
    signatures: Sequence[Doc] = (),
    amends: Doc | None = None,
    copies: int = 2,
) -> dict[str, Any]:
    """Compose the paper from document states (protocol shapes, each with its `id`); pure and without floats.

    `number` is {series, symbol, year, number}, or None for a draft. `law`, `violations` and `penalties` are rows of the
    served rule set; the documents in force on the day of the inspection and of these checklists are cited, and for what
    does not conform the article that names it, never an amount. `amends` is {text, issued_at} of the first minutes.
    Absent parts are printed as absent, never refused: paper must come out in the field (docs/protocol.md, minutes).
    Raises ValueError for an unknown form and for an `issued_at` that is no instant.
    """
    if form not in FORMS:
        raise ValueError(f"Loại biên bản {form!r} không có.")
    issued = words.local(issued_at)
    on = _inspected_on(inspection, issued.date())
    # The paper bears the house's name of the campaign, whatever it is called today.
    organisation = {**organisation, **{k: v for k, v in (campaign.get("organisation") or {}).items() if v}}
    findings, photos, signatures, measures, requirements = map(
        _standing, (findings, photos, signatures, measures, requirements)
    )
    definitions = [definition_of(checklist) for checklist in checklists]
    if form == "announcement":  # read out before anything is looked at, also when it is printed later
        inspection, requirements, measures, photos = (
            {**inspection, "conclusion": "", "establishment_statement": ""},
            (),
            (),
            (),
        )
    evidence = [photo for photo in photos if photo.get("purpose", "evidence") == "evidence"]
    evidence.sort(key=lambda photo: (words.text(photo.get("taken_at")), photo["id"]))
    context = Context(
        instruments={doc["id"]: doc for doc in instruments},
        photo_numbers={photo["id"]: index for index, photo in enumerate(evidence, 1)},
        uncitable=law_of_day.uncitable(law, on),
        articles=words.penalty_lines(law, violations, penalties, on),
    )
    # Only what is printed is frozen: a finding without an answer yet must stay open after working minutes.
    shown = _in_order(printed(findings, definitions)) if form in _FORMS_WITH_RESULTS else []
    blocks = [
        checklist_block(each, [f for f in shown if f.get("checklist") == each["code"]], context) for each in definitions
    ]
    if form == "amendment":  # it prints what it corrects; the rest stands in the first minutes
        blocks = [{**block, "missing": []} for block in blocks if block["sections"]]
    blocks = blocks if form in _FORMS_WITH_RESULTS else []
    return {
        "version": VERSION,
        "form": form,
        "agency": _agency(organisation),
        "number": _number(number),
        "place_date": f"{words.text(organisation.get('place'))}, {words.day_in_words(issued)}".lstrip(", "),
        "issued_at": issued.isoformat(timespec="seconds"),
        "title": "BIÊN BẢN",
        "abstract": _abstract(form, campaign, amends),
        "basis": _basis(campaign, organisation, law, [d["code"] for d in definitions], on, amends),
        "visits": _visits(inspection),
        "started": words.moment(_first_start(inspection)) or words.moment(issued_at),
        "ended": words.moment(_last_end(inspection)) or words.moment(issued_at),
        "announced": words.moment(inspection.get("decision_announced_at")),
        "place": _place(establishment, area),
        "scope": words.text((campaign.get("decision") or {}).get("scope")),
        "team_name": words.TEAMS.get(words.text(campaign.get("kind")), "Đoàn kiểm tra"),
        "act": words.ACTS.get(words.text(campaign.get("kind")), "kiểm tra"),
        "team": [people.member(member) for member in campaign.get("team") or ()],
        "establishment": _establishment(establishment, area),
        "witnesses": [people.person(each) for each in signatures if each.get("role") == "witness"],
        "checklists": blocks,
        "instruments": [_instrument(context, id, number) for id, number in context.numbers.items() if id in context.instruments],
        "standards": _standards(inspection, standards, on) if form in _FORMS_WITH_RESULTS else [],
        "counts": counts(blocks),
        "nonconformities": nonconformities(blocks, context),
        "conclusion": words.text(inspection.get("conclusion")),
        "requirements": [_requirement(each, shown) for each in requirements if each.get("state") != "waived"],
        "measures": [_measure(each, context) for each in measures],
        "statement": words.text(inspection.get("establishment_statement")),
        "photos": photo_list(evidence, shown, context),
        "findings": [{"id": f["id"], "sha256": finding_digest(f)} for f in sorted(shown, key=lambda f: str(f["id"]))],
        "amends": None if amends is None else {name: words.text(amends.get(name)) for name in ("text", "issued_at")},
        "copies": copies,
        "signatures": people.signatures(campaign, establishment, signatures),
        "recipients": people.recipients(organisation, establishment),
    }  # fmt: skip


def finding_digest(state: Mapping[str, Any]) -> str:
    """Return the fingerprint of a finding's inspector-entered fields; the sync core compares with the same one."""
    return fingerprint(state)


def _standing(documents: Sequence[Doc]) -> list[Doc]:
    """Leave out what was voided: it stays in the record, not on paper."""
    return [each for each in documents if not each.get("voided")]


def _in_order(findings: Sequence[Doc]) -> list[Doc]:
    """Order findings so that the same set always prints the same paper."""
    return sorted(findings, key=lambda f: (str(f.get("subject_id") or ""), f.get("ordinal") or 0, str(f["id"])))


def _inspected_on(inspection: Doc, issued: date) -> date:
    start = _first_start(inspection)
    try:
        return issued if start is None else words.local(start).date()
    except (TypeError, ValueError):
        return issued


def _visit_docs(inspection: Doc) -> list[Doc]:
    return [visit for visit in inspection.get("visits") or () if isinstance(visit, Mapping)]


def _first_start(inspection: Doc) -> Any:
    return next((visit["started_at"] for visit in _visit_docs(inspection) if visit.get("started_at")), None)


def _last_end(inspection: Doc) -> Any:
    return next((visit["ended_at"] for visit in reversed(_visit_docs(inspection)) if visit.get("ended_at")), None)


def _visits(inspection: Doc) -> list[dict[str, str]]:
    """Name each visit where there were several; one visit stands in started and ended."""
    visits = _visit_docs(inspection)
    if len(visits) < 2:
        return []
    return [{"from": words.moment(v.get("started_at")), "to": words.moment(v.get("ended_at"))} for v in visits]


def _agency(organisation: Doc) -> list[str]:
    lines = [words.text(line) for line in organisation.get("letterhead") or () if words.text(line)]
    return lines or [words.text(organisation.get(name)) for name in ("parent_name", "name") if organisation.get(name)]


def _number(number: Doc | None) -> dict[str, Any] | None:
    if number is None:
        return None
    symbol = words.text(number.get("symbol") or number["series"])
    return {
        "series": number["series"],
        "symbol": symbol,
        "year": number["year"],
        "number": number["number"],
        "text": number_text(number["number"], symbol),
    }


def _abstract(form: str, campaign: Doc, amends: Doc | None) -> str:
    title = words.upper_first(words.text(campaign.get("title")))
    act = words.ACTS.get(words.text(campaign.get("kind")), "kiểm tra")
    if form == "announcement":
        return f"Công bố quyết định {act}"
    if form == "working":
        return f"Làm việc: {title}" if title else "Làm việc"
    if form == "sampling":
        return "Lấy mẫu"
    if form == "sealing":
        return "Niêm phong"
    if form == "amendment" and amends is not None:
        return f"Bổ sung Biên bản số {words.text(amends.get('text'))}"
    return title or words.upper_first(act)


def _basis(
    campaign: Doc, organisation: Doc, law: Sequence[Doc], codes: Sequence[str], on: date, amends: Doc | None
) -> list[str]:
    decision: Doc = campaign.get("decision") or {}
    own = [_cited(each) for each in decision.get("basis") or ()]
    # A document that the decision cites too stands once, at its place and in the decision's words.
    said = {found[0]: line for line in reversed(own) if (found := _NUMBER.search(line))}
    rows = [row for row in law_of_day.in_force(law, on) if _is_cited(row, codes)]
    lines = [said.get(words.text(row.get("number"))) or words.law_line(row) for row in rows]
    lines += own
    if decision.get("number"):
        who = " ".join(filter(None, (words.text(decision.get("title")), words.text(organisation.get("name")))))
        day = words.long_day(decision.get("date"))
        about = words.text(campaign.get("title"))
        line = f"Căn cứ Quyết định số {decision['number']} {day}".rstrip()
        line += f" của {who}" if who else ""
        lines.append(line + (f" về việc {about[:1].lower()}{about[1:]}" if about else ""))
    if amends is not None:
        first = words.text(amends.get("issued_at"))
        lines.append(f"Căn cứ Biên bản số {words.text(amends.get('text'))} {words.long_day(first)}".rstrip())
    return list(dict.fromkeys(lines))


def _cited(line: Any) -> str:
    said = words.text(line).rstrip(" ;.")
    return said if said.lower().startswith("căn cứ") else f"Căn cứ {said}"


def _is_cited(row: Doc, codes: Sequence[str]) -> bool:
    """Tell whether a document is a căn cứ of these checklists: legal and confirmed.

    Verification procedures (ĐLVN) are no căn cứ, and penalty decrees stand beside what they punish, not here.
    """
    title = words.text(row.get("title"))
    is_basis = title.startswith(_CITED_KINDS) and _PENALTIES not in title.lower()
    return (
        is_basis and row.get("status", "confirmed") == "confirmed" and bool(set(codes) & set(row.get("domains") or ()))
    )


def _place(establishment: Doc, area: Doc | None) -> str:
    """Write the address by the administrative units of the day."""
    parts = [words.text(establishment.get("address"))]
    for name in ("name", "district", "province"):
        part = words.text((area or {}).get(name))
        if name == "province" and _PROVINCE.search(parts[0]):
            continue  # written before a merger: "tỉnh Bắc Giang, Bắc Ninh" is no place
        if part and part.casefold() not in parts[0].casefold():
            parts.append(part)
    return ", ".join(filter(None, parts))


def _establishment(establishment: Doc, area: Doc | None) -> dict[str, Any]:
    return {
        "id": words.text(establishment.get("id")),
        "name": words.text(establishment.get("name")),
        "address": _place(establishment, area),
        "area_code": words.text(establishment.get("area_code")),
        "tax_code": words.text(establishment.get("tax_code")),
        "phone": words.text(establishment.get("phone")),
        "business_lines": words.text(establishment.get("business_lines")),
        "representative": people.person(establishment.get("representative") or {}),
    }


def _instrument(context: Context, id: str, number: int) -> dict[str, Any]:
    doc = context.instruments[id]
    kind = words.text(doc.get("type"))
    name = " ".join(
        filter(None, (words.INSTRUMENTS.get(kind, kind), words.text((doc.get("attributes") or {}).get("label"))))
    )
    return {
        "number": number,
        "name": name,
        "make": " ".join(filter(None, (words.text(doc.get("maker")), words.text(doc.get("model"))))),
        "serial": words.text(doc.get("serial")),
        "year": words.text(doc.get("year")),
        "mark": words.text(doc.get("mark_serial")),
        "certificate": words.text(doc.get("certificate_number")),
        "verified_until": words.short_day(doc.get("verified_until")),
    }


def _standards(inspection: Doc, used: Sequence[Doc], on: date) -> list[dict[str, Any]]:
    """Write each standard with the certificate that it stood under on the day, as the verdicts read it."""
    by_id = {doc["id"]: doc for doc in used}
    days = measured_days(inspection) or [on]
    said = reasons(inspection)
    return [
        _standard(by_id[id], days, words.text(said.get(id)).rstrip(" .;"))
        for id in inspection.get("standards") or ()
        if id in by_id
    ]


def _standard(doc: Doc, days: Sequence[date], reason: str) -> dict[str, Any]:
    bad = standards_of.unsupported_on(doc, days)
    certificate = standards_of.certificate_on(doc, bad or days[-1]) or {}
    return {
        "name": words.text(doc.get("name")),
        "serial": words.text(doc.get("serial")),
        "certificate": words.text(certificate.get("number")),
        "calibrated_until": words.short_day(certificate.get("valid_until")),
        "expired": bad is not None,
        "reason": reason,
    }


def _requirement(requirement: Doc, findings: Sequence[Doc]) -> dict[str, Any]:
    items = {f["id"]: words.text(f.get("item")) for f in findings}
    return {
        "text": words.text(requirement.get("text")).rstrip(" .;"),
        "article": words.text(requirement.get("article")),
        "due": words.long_day(requirement.get("due_on")),
        "items": list(dict.fromkeys(items[id] for id in requirement.get("finding_ids") or () if id in items)),
    }


def _measure(measure: Doc, context: Context) -> dict[str, str]:
    kind = words.text(measure.get("type"))
    subject = measure.get("instrument_id")
    return {
        "name": words.MEASURES.get(kind, kind),
        "subject": context.name(subject, "instrument") if subject else "",
        "serials": words.text(measure.get("serials")).replace("; ", ", "),
        "reason": words.text(measure.get("reason")).rstrip(" .;"),
        "at": words.moment(measure.get("at")),
    }
