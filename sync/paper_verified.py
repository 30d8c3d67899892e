"""What a verification found of one instrument, as record and certificate print it: method, conditions, conclusion, marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sync import paper_people as people
from sync import paper_words as words
from sync.findings import in_session
from sync.paper_results import Context, Doc, cell, definition_of, item_block

CODE = "mobile-verification"
EXTERNAL, TECHNICAL, ADJUSTED, CONCLUSION, CANCELLED = "KD07", "KD08", "KD10", "KD11", "KD18"
_MODE, _METHOD, _AMBIENT, _STICKER, _SEALS, _VALID = "KD03", "KD04", "KD06", "KD12", "KD13", "KD15"
IN_WORDS = frozenset({f"KD{n:02d}" for n in (*range(1, 9), *range(10, 19))})
"""Items that the papers print in sentences of their own; everything else is printed as minutes print results."""
AFTERWARDS = frozenset({"KD14", "KD16", "KD17"})
"""Items about what comes after the record (certificate, price, handing back): it neither prints nor freezes them."""
CONCLUSIONS = {
    "pass": "Đạt yêu cầu kỹ thuật đo lường",
    "fail": "Không đạt yêu cầu kỹ thuật đo lường",
    "inconclusive": "Chưa kết luận",
}
_GRAVER = ("pass", "inconclusive", "fail")
_WITH_UNIT = (("max", "Max"), ("min", "Min"), ("e", "e"), ("d", "d"))
_FEATURES = (
    ("accuracy_class", "cấp chính xác"), ("q_max", "Qmax"), ("q_min", "Qmin"), ("constant", "hằng số"),
    ("voltage", "điện áp"), ("current", "dòng điện"), ("range", "phạm vi đo"),
)  # fmt: skip
_KINDS = {
    "electronic": "điện tử", "mechanical": "cơ", "glass": "thủy tinh – thủy ngân", "single_phase": "1 pha",
    "three_phase": "3 pha",
}  # fmt: skip
_NO_CYCLE = "do kiểm định viên ấn định; chưa có chu kỳ kiểm định đã xác nhận cho loại phương tiện đo này"


@dataclass(frozen=True, slots=True)
class Given:
    """What the papers of an instrument are made of, beside what all minutes are made of.

    `by` is the account of whoever issues; `cycles` are rows of the served rule set; `on` is the day of the verification.
    """

    instrument_id: str
    session: Doc
    marks: Sequence[Doc]
    cycles: Sequence[Doc]
    campaign: Doc
    issued_at: str
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class Verified:
    """The answers about one instrument by item, with the items that ask for them."""

    given: Given
    answers: Mapping[str, Doc]
    items: Mapping[str, Doc]
    context: Context

    def value(self, item: str, field: str) -> str:
        """Return what was entered in a field: choices by their title, days as they are printed."""
        entered = _values(self.answers.get(item, {})).get(field)
        specs = self.items.get(item, {}).get("fields") or ()
        spec: Doc = next((each for each in specs if each.get("key") == field), {})
        return cell(spec, entered)

    def raw(self, item: str, field: str) -> str:
        """Return what was entered in a field as it is kept."""
        return words.text(_values(self.answers.get(item, {})).get(field))


def own(findings: Sequence[Doc], instrument_id: str) -> list[Doc]:
    """Leave the findings about one instrument, and those of the visit."""
    return [f for f in findings if f.get("subject_id") in (None, instrument_id)]


def with_session(inspection: Doc, session: Doc) -> dict[str, Any]:
    """Give a slip the standards of its session, each once, and the reasons for those past their calibration."""
    found = in_session(inspection, session)
    return {**found, "standards": list(dict.fromkeys(found.get("standards") or ()))}


def verified(given: Given, findings: Sequence[Doc], checklists: Sequence[Any], context: Context) -> Verified:
    """Read the answers about an instrument from findings that stand; the first of an item counts."""
    definitions = [each for each in map(definition_of, checklists) if each.get("code") == CODE]
    items = {item["key"]: item for each in definitions for section in each["sections"] for item in section["items"]}
    mine = [f for f in findings if f.get("checklist") == CODE]
    answers: dict[str, Doc] = {}
    for place in (given.instrument_id, None):
        for finding in mine:
            if finding.get("subject_id") == place:
                answers.setdefault(words.text(finding.get("item")), finding)
    return Verified(given, answers, items, context)


def conclusion_of(answers: Mapping[str, Doc]) -> str:
    """Return `pass`, `fail`, `inconclusive`, '' where nobody concluded: of what was said and computed the graver."""
    finding = answers.get(CONCLUSION, {})
    said = words.text(_values(finding).get("conclusion"))
    computed = words.text((finding.get("computed") or {}).get("verdict"))
    found = [each for each in (said, computed) if each in _GRAVER]
    return max(found, key=_GRAVER.index) if said in _GRAVER else ""


def common(about: Verified, establishment: Doc) -> dict[str, Any]:
    """Compose what record and certificate both say."""
    conclusion = conclusion_of(about.answers)
    return {
        "instrument": _instrument(about),
        "owner": {"name": establishment["name"], "address": establishment["address"]},
        "used_at": _used_at(about),
        "mode": about.value(_MODE, "mode"),
        "method": _method(about),
        "on": words.long_day(about.given.session.get("on") or about.given.on.isoformat()),
        "conclusion": conclusion,
        "conclusion_word": CONCLUSIONS.get(conclusion, "Chưa ghi kết luận"),
        "stickers": _marks(about, "sticker"),
        "valid_until": _valid_until(about),
        "verifier": people.member(verifier(about)),
    }


def found(about: Verified, establishment: Doc) -> dict[str, Any]:
    """Compose what only the record says: place, conditions, checks, seals, old marks, why it was concluded so."""
    given = about.given
    return {
        "place": words.text(given.session.get("place")) or words.text(establishment["address"]),
        "nameplate": about.value("KD02", "nameplate"),
        "environment": _environment(about),
        "checks": [_check(about, key) for key in (EXTERNAL, TECHNICAL)],
        "adjustment": _check(about, ADJUSTED),
        "reasons": _reasons(about),
        "seals": _marks(about, "seal"),
        "old_marks": _old_marks(about),
        "reviewer": people.member(_reviewer(about)),
    }


def verifier(about: Verified) -> Doc:
    """Return who verified: who concluded, else who issues, else the session's first; {} where nobody is known."""
    team = [m for m in about.given.campaign.get("team") or () if isinstance(m, Mapping)]
    concluded = about.answers.get(CONCLUSION, {}).get("created_by")
    for id in (concluded, about.given.by, *(about.given.session.get("verifiers") or ())):
        for member in team:
            if id and member.get("user_id") == id:
                return member
    return next((m for m in team if m.get("role") == "verifier"), {})


def _reviewer(about: Verified) -> Doc:
    """Return who looks through what another verified: the head of the team, else one who may; {} leaves room for a pen."""
    team = [m for m in about.given.campaign.get("team") or () if isinstance(m, Mapping)]
    who = verifier(about)
    others = [m for m in team if m.get("user_id") != who.get("user_id") or m.get("name") != who.get("name")]
    ranked = [m for role in ("leader", "deputy", "verifier") for m in others if m.get("role") == role]
    return next(iter(ranked), {})


def _values(finding: Doc) -> Doc:
    values = finding.get("values")
    return values if isinstance(values, Mapping) else {}


def name_of(instrument: Doc) -> str:
    """Name an instrument as a certificate does: its own name, else its type and kind: "Huyết áp kế điện tử"."""
    attributes: Doc = instrument.get("attributes") or {}
    type, kind = words.text(instrument.get("type")), words.text(attributes.get("kind"))
    plain = " ".join(filter(None, (words.INSTRUMENTS.get(type, type), _KINDS.get(kind, ""))))
    return words.text(attributes.get("name")) or plain or "Phương tiện đo"


def _instrument(about: Verified) -> dict[str, Any]:
    doc: Doc = about.context.instruments.get(about.given.instrument_id, {})
    return {
        "id": about.given.instrument_id,
        "name": name_of(doc),
        "label": words.text((doc.get("attributes") or {}).get("label")),
        **{name: words.text(doc.get(name)) for name in ("model", "serial", "maker", "year")},
        "features": _features(doc.get("attributes") or {}),
    }


def _features(attributes: Doc) -> list[dict[str, str]]:
    unit = words.text(attributes.get("unit"))
    found = []
    for key, title in _WITH_UNIT:
        if value := words.text(attributes.get(key)):
            found.append({"title": title, "text": value, "unit": unit if value[-1:].isdecimal() else ""})
    for key, title in _FEATURES:
        if value := words.text(attributes.get(key)):
            found.append({"title": title, "text": value, "unit": ""})
    return found


def _used_at(about: Verified) -> str:
    """Return where it is used: what the slip says, else what the register does; '' leaves the owner's address."""
    attributes: Doc = about.context.instruments.get(about.given.instrument_id, {}).get("attributes") or {}
    said = ", ".join(filter(None, (about.value("KD01", "market"), about.value("KD01", "commune"))))
    return said or words.text(attributes.get("place"))


def _method(about: Verified) -> str:
    """Name the procedure by number and year; what was chosen as "other" by what was written beside it."""
    chosen, edition = about.value(_METHOD, "procedure").partition(" (")[0], about.raw(_METHOD, "edition")
    if edition and (about.raw(_METHOD, "procedure") in ("", "other") or edition.startswith(chosen)):
        return edition
    return ", ".join(filter(None, (chosen, edition if "ấn bản" in edition else edition and f"ấn bản {edition}")))


def _environment(about: Verified) -> dict[str, str] | None:
    """Return the reading of the session nearest before the paper, else what the slip says; None where nobody read."""
    issued, nearest = words.local(about.given.issued_at), None
    for row in about.given.session.get("environment") or ():
        try:
            at = words.local(row["at"])
        except (KeyError, TypeError, ValueError):
            continue
        if at <= issued and (nearest is None or at >= nearest[0]):
            nearest = at, row
    if nearest is not None:
        row = nearest[1]
        return {"at": words.moment(row.get("at")), **{n: words.text(row.get(n)) for n in ("temperature", "humidity")}}
    said = {name: about.raw(_AMBIENT, name) for name in ("temperature", "humidity")}
    return {"at": "", **said} if any(said.values()) else None


def _check(about: Verified, key: str) -> dict[str, Any]:
    """Write one check with its outcome; one that was not made after another failed says so by its empty word."""
    finding, item = about.answers.get(key), about.items.get(key)
    title = words.text(((item or {}).get("text") or {}).get("vi"))
    if finding is None or item is None:
        return {
            "key": key,
            "title": title,
            "answer": None,
            "word": "",
            "note": "",
            "photos": [],
            "values": [],
            "table": None,
        }
    block = item_block(item, finding, about.context)
    told = {name: block[name] for name in ("answer", "word", "note", "photos", "values", "table")}
    return {"key": key, "title": title, **told}


def _reasons(about: Verified) -> list[str]:
    """Say why it was not passed: what the conclusion says, else every check and measurement that failed."""
    conclusion = conclusion_of(about.answers)
    finding = about.answers.get(CONCLUSION, {})
    said = [words.text(_values(finding).get("reasons")), words.text((finding.get("computed") or {}).get("explanation")),
            words.text(finding.get("note"))]  # fmt: skip
    told = [line.rstrip(" .;") for line in said if line]
    if conclusion in ("", "pass") or told:
        return [] if conclusion == "pass" else told
    return [_bad(about, key) for key, each in about.answers.items() if _is_bad(key, each)]


def _is_bad(key: str, finding: Doc) -> bool:
    if key in (ADJUSTED, CONCLUSION, CANCELLED) or finding.get("subject_id") is None:
        return False
    return finding.get("answer") == "nonconforming" or (finding.get("computed") or {}).get("verdict") == "fail"


def _bad(about: Verified, key: str) -> str:
    finding, item = about.answers[key], about.items.get(key) or {}
    why = words.text(finding.get("note")) or words.text((finding.get("computed") or {}).get("explanation"))
    return ": ".join(filter(None, (words.text((item.get("text") or {}).get("vi")) or key, why.rstrip(" .;"))))


def _marks(about: Verified, kind: str) -> list[dict[str, str]]:
    """List stickers or seals on the instrument: those of the ledger, else those that the slip names."""
    used = [m for m in about.given.marks if m.get("kind") == kind and m.get("fate") == "used"]
    mine = [m for m in used if m.get("instrument_id") == about.given.instrument_id and not m.get("voided")]
    rows = [(words.text(m.get("serial")), words.text(m.get("place"))) for m in mine]
    if not rows and kind == "sticker":
        rows = [(about.raw(_STICKER, "number"), about.raw(_STICKER, "place"))]
    elif not rows:
        lines = about.answers.get(_SEALS, {}).get("rows") or ()
        rows = [(words.text(r.get("number")), words.text(r.get("place"))) for r in lines if isinstance(r, Mapping)]
    return [{"serial": serial, "place": place} for serial, place in sorted(rows) if serial]


def _old_marks(about: Verified) -> dict[str, str]:
    """Say what became of the marks from before, where the item was answered, and which they were."""
    finding = about.answers.get(CANCELLED, {})
    doc: Doc = about.context.instruments.get(about.given.instrument_id, {})
    return {
        "answer": words.text(finding.get("answer")),
        "note": words.text(finding.get("note")).rstrip(" .;"),
        "mark": words.text(doc.get("mark_serial")),
        "certificate": words.text(doc.get("certificate_number")),
    }


def _valid_until(about: Verified) -> dict[str, str]:
    """Return the day that was entered and on what it rests: what the verifier says, else a confirmed cycle of that day."""
    day = about.raw(_VALID, "value")
    if not day or conclusion_of(about.answers) != "pass":
        return {"day": "", "text": "", "basis": ""}
    return {"day": day, "text": words.short_day(day), "basis": about.value(_VALID, "basis") or _cycle(about)}


def _cycle(about: Verified) -> str:
    doc: Doc = about.context.instruments.get(about.given.instrument_id, {})
    kind, on = words.text((doc.get("attributes") or {}).get("kind")), about.given.on.isoformat()
    rows = [
        row
        for row in about.given.cycles
        if row.get("instrument_type") == doc.get("type")
        and row.get("months") is not None
        and (row.get("valid_from") or "") <= on <= (row.get("valid_to") or "9999")
        and (not kind or row.get("kind") in (None, kind))
    ]
    sure = [row for row in rows if row.get("status") == "confirmed"]
    if len({row["months"] for row in rows}) != 1 or not sure:
        return _NO_CYCLE
    return f"theo chu kỳ {sure[0]['months']} tháng, {words.text(sure[0].get('source'))}"
