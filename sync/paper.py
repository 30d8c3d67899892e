"""The canonical dict of minutes: everything that is printed, composed once from documents, then frozen by a signature."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from checklists import law as law_of_day
from checklists import standards as standards_of
from checklists.model import Checklist
from sync import paper_attempt as attempt
from sync import paper_people as people
from sync import paper_samples as sampled
from sync import paper_verification as verification
from sync import paper_verified as of_instrument
from sync import paper_words as words
from sync.findings import fingerprint, measured_days, reasons
from sync.paper_forms import Form, form_of
from sync.paper_measures import Traced, cited, first_moment, photographed, seal_rows, subject_of, traced
from sync.paper_notice import notice, thing
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
from sync.paper_site import instrument, place, site
from sync.seal import number_text

VERSION = 1
_NUMBER = re.compile(r"\d+/\d{4}/[\w-]+")
"""A document's number as laws and circulars carry it: 28/2013/TT-BKHCN."""
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
    earlier: Sequence[Doc] = (),
    papers: Sequence[Doc] = (),
    signer: Doc | None = None,
    samples: Sequence[Doc] = (),
    results: Sequence[Doc] = (),
    instrument_id: str = "",
    session: Doc | None = None,
    marks: Sequence[Doc] = (),
    cycles: Sequence[Doc] = (),
    by: str = "",
    copies: int = 2,
) -> dict[str, Any]:
    """Compose the paper from document states (protocol shapes, each with its `id`); pure and without floats.

    `number` is {series, symbol, year, number}, or None for a draft. `law`, `violations` and `penalties` are rows of the
    served rule set; the documents in force on the day of the inspection and of these checklists are cited, and for what
    does not conform the article that names it, never an amount. `amends` is {text, issued_at} of the first minutes.
    `papers` are the standing papers issued before, {id, form, text, issued_at, measure_ids}, `earlier` the measures of
    the inspections that this one re-checks; `signer` is {name, title, authority} of a notice; `samples` are those that
    sampling minutes list, or whose laboratory `results` a notice tells. Papers of one verified instrument name it by
    `instrument_id`, with its `session`, the `marks` of the ledger, the rule set's `cycles`, and who issues (`by`).
    Absent parts are printed as absent, never refused: paper must come out in the field (docs/protocol.md, minutes).
    Raises ValueError for an unknown form and for an `issued_at` that is no instant.
    """
    kind = form_of(form)
    issued = words.local(issued_at)
    on = _inspected_on(inspection, issued.date())
    # The paper bears the house's name of the campaign, whatever it is called today.
    organisation = {**organisation, **{k: v for k, v in (campaign.get("organisation") or {}).items() if v}}
    findings, photos, signatures, measures, requirements, samples = map(
        _standing, (findings, photos, signatures, measures, requirements, samples)
    )
    definitions = [definition_of(checklist) for checklist in checklists]
    rows = traced(kind, measures, earlier, papers) if kind.measure else []
    asked = requirements
    if (
        "conclusion" not in kind.parts
    ):  # an announcement is read out before anything is looked at, also when printed later
        inspection = {**inspection, "conclusion": "", "establishment_statement": ""}
        requirements, measures = [], []
    if kind.of_instrument:
        findings = of_instrument.own(findings, instrument_id)
        inspection = of_instrument.with_session(inspection, session or {})
    signatures = _own_signatures(kind, inspection, signatures, papers)
    evidence = [photo for photo in photos if photo.get("purpose", "evidence") == "evidence" and "photos" in kind.parts]
    evidence.sort(key=lambda photo: (words.text(photo.get("taken_at")), photo["id"]))
    # Only what is printed is frozen: a finding without an answer yet must stay open after working minutes.
    shown = _in_order(printed(findings, definitions)) if "results" in kind.parts else []
    pictured = (
        sampled.photographed(samples) if "samples" in kind.parts else _pictured(kind, inspection, rows, shown, evidence)
    )
    if not kind.shows_inspection:
        evidence = [
            photo for photo in evidence if any(photo["id"] in (each.get("photo_ids") or ()) for each in pictured)
        ]
    context = Context(
        instruments={doc["id"]: doc for doc in instruments},
        photo_numbers={photo["id"]: index for index, photo in enumerate(evidence, 1)},
        uncitable=law_of_day.uncitable(law, on),
        articles=words.penalty_lines(law, violations, penalties, on),
        findings=findings,
    )
    told = verification.measured(shown) if kind.of_instrument else shown
    blocks = [
        checklist_block(each, [f for f in told if f.get("checklist") == each["code"]], context) for each in definitions
    ]
    if form == "amendment":  # it prints what it corrects; the rest stands in the first minutes
        blocks = [{**block, "missing": []} for block in blocks if block["sections"]]
    blocks = blocks if "results" in kind.parts else []
    frozen = verification.listed(kind, shown, instrument_id) if kind.of_instrument else shown
    doc = {
        "version": VERSION,
        "form": form,
        "agency": _agency(organisation),
        "number": _number(number),
        "place_date": f"{words.text(organisation.get('place'))}, {words.day_in_words(issued)}".lstrip(", "),
        "issued_at": issued.isoformat(timespec="seconds"),
        "title": kind.title,
        "abstract": _abstract(kind, campaign, amends, rows),
        "basis": _basis(campaign, organisation, law, [d["code"] for d in definitions], on, amends)
        + cited([row.paper for row in rows] if kind.measure else sampled.cited_by(kind, papers)),
        "visits": _visits(inspection) if kind.shows_inspection else [],
        "started": words.moment(_begun(kind, inspection, rows)) or words.moment(issued_at),
        "ended": (words.moment(_last_end(inspection)) if kind.shows_inspection else "") or words.moment(issued_at),
        "announced": words.moment(inspection.get("decision_announced_at")),
        "place": place(establishment, area),
        "scope": words.text((campaign.get("decision") or {}).get("scope")),
        "team_name": words.TEAMS.get(words.text(campaign.get("kind")), "Đoàn kiểm tra"),
        "act": words.ACTS.get(words.text(campaign.get("kind")), "kiểm tra"),
        "team": [people.member(member) for member in campaign.get("team") or ()],
        "establishment": site(establishment, area),
        "witnesses": [people.person(each) for each in signatures if each.get("role") == "witness"],
        "checklists": blocks,
        "instruments": [instrument(context, id, number) for id, number in context.numbers.items() if id in context.instruments],
        "standards": _standards(inspection, standards, on) if "results" in kind.parts else [],
        "counts": counts(blocks),
        "nonconformities": nonconformities(blocks, context),
        "conclusion": words.text(inspection.get("conclusion")),
        "requirements": [_requirement(each, shown) for each in requirements if each.get("state") != "waived"],
        "measures": [_measure(each, context) for each in measures],
        "statement": words.text(inspection.get("establishment_statement")),
        "photos": photo_list(evidence, pictured, context),
        "findings": [{"id": f["id"], "sha256": finding_digest(f)} for f in sorted(frozen, key=lambda f: str(f["id"]))],
        "amends": None if amends is None else {name: words.text(amends.get(name)) for name in ("text", "issued_at")},
        "copies": copies,
        "signatures": people.signatures(campaign, establishment, signatures, kind.signers),
        "recipients": people.recipients(organisation, establishment),
    }  # fmt: skip
    if kind.of_instrument:
        given = of_instrument.Given(instrument_id, session or {}, marks, cycles, campaign, issued_at, on, by)
        about = of_instrument.verified(given, shown, definitions, context)
        if kind.is_certificate:
            return verification.certificate(doc, about, organisation, signer)
        return verification.record(doc, about, organisation)
    if kind.tells_results:
        return sampled.notice(doc, samples, results, organisation=organisation, campaign=campaign, signer=signer)
    if kind.is_notice:
        return notice(kind, doc, rows, context, organisation=organisation, campaign=campaign, requirements=asked,
                      signer=signer)  # fmt: skip
    if "seals" in kind.parts:
        doc["seals"] = seal_rows(rows, context)
    if "attempt" in kind.parts:
        doc["attempt"] = attempt.block(inspection)
    return sampled.minutes(doc, samples, context) if "samples" in kind.parts else doc


def finding_digest(state: Mapping[str, Any]) -> str:
    """Return the fingerprint of a finding's inspector-entered fields; the sync core compares with the same one."""
    return fingerprint(state)


def _standing(documents: Sequence[Doc]) -> list[Doc]:
    """Leave out what was voided: it stays in the record, not on paper."""
    return [each for each in documents if not each.get("voided")]


def _in_order(findings: Sequence[Doc]) -> list[Doc]:
    """Order findings so that the same set always prints the same paper."""
    return sorted(findings, key=lambda f: (str(f.get("subject_id") or ""), f.get("ordinal") or 0, str(f["id"])))


def _own_signatures(form: Form, inspection: Doc, signatures: Sequence[Doc], papers: Sequence[Doc]) -> Sequence[Doc]:
    """Leave out signatures given on another paper: whoever refused to sign the minutes did not refuse this one, too."""
    issued = {paper.get("id") for paper in papers}
    signatures = [each for each in signatures if each.get("minutes_id") not in issued]
    if not form.shows_inspection and papers:
        signatures = [each for each in signatures if each.get("minutes_id")]
    return attempt.signatures(inspection, signatures) if "attempt" in form.parts else signatures


def _pictured(
    form: Form, inspection: Doc, rows: Sequence[Traced], shown: Sequence[Doc], evidence: Sequence[Doc]
) -> Sequence[Doc]:
    """Return what the photos show: findings, or in their shape the measures or the attempt that the paper is about."""
    if form.measure:
        return photographed(rows, form)
    return attempt.photographed(inspection, evidence) if "attempt" in form.parts else shown


def _begun(form: Form, inspection: Doc, rows: Sequence[Traced]) -> Any:
    if form.measure:
        return first_moment(rows)
    return attempt.of(inspection).get("at") if "attempt" in form.parts else _first_start(inspection)


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
    """Return when the last visit ended; of one that goes on an earlier visit's end says nothing."""
    visits = _visit_docs(inspection)
    return visits[-1].get("ended_at") if visits else None


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


def _abstract(form: Form, campaign: Doc, amends: Doc | None, rows: Sequence[Traced]) -> str:
    title = words.upper_first(words.text(campaign.get("title")))
    act = words.ACTS.get(words.text(campaign.get("kind")), "kiểm tra")
    first = words.text((amends or {}).get("text"))
    said = form.abstract if first or "{amends}" not in form.abstract else "{title}"
    return said.format(act=act, title=title, amends=first, thing=thing(rows)).rstrip(": ") or words.upper_first(act)


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
    """Write one measure; its id is how later papers (a notice, minutes of unsealing) find the one that they rest on."""
    kind = words.text(measure.get("type"))
    return {
        **({"id": measure["id"]} if measure.get("id") else {}),
        "name": words.MEASURES.get(kind, kind),
        "subject": subject_of(measure, context),
        "serials": words.text(measure.get("serials")).replace("; ", ", "),
        "reason": words.text(measure.get("reason")).rstrip(" .;"),
        "at": words.moment(measure.get("at")),
    }
