"""Papers of one verified instrument: the record (biên bản kiểm định) and the certificate (giấy chứng nhận kiểm định)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync import paper_people as people
from sync import paper_verified as verified
from sync import paper_words as words
from sync.paper_forms import Form
from sync.paper_notice import signer_of
from sync.paper_results import Doc
from sync.paper_verified import AFTERWARDS, IN_WORDS, Verified

KEPT = (
    "version", "form", "agency", "number", "place_date", "issued_at", "title", "abstract", "basis", "findings", "photos",
)  # fmt: skip
"""What these papers have in common with minutes; the rest of them is their `verification`."""
_CERTIFIED = frozenset({"KD03", "KD04", verified.CONCLUSION, "KD12", "KD15"})
"""The items whose answers a certificate states."""


def listed(form: Form, findings: Sequence[Doc], instrument_id: str) -> list[Doc]:
    """Return the findings that the paper freezes: those about its instrument that it prints.

    Those of the visit stay open: the next instrument of the slip may need another standard.
    """
    mine = [f for f in findings if f.get("subject_id") == instrument_id]
    if form.is_certificate:
        return [f for f in mine if f.get("checklist") == verified.CODE and f.get("item") in _CERTIFIED]
    return [f for f in mine if f.get("checklist") != verified.CODE or f.get("item") not in AFTERWARDS]


def measured(findings: Sequence[Doc]) -> list[Doc]:
    """Return the findings that the record prints as minutes print results: those that no sentence of its own tells."""
    return [f for f in findings if f.get("checklist") != verified.CODE or f.get("item") not in IN_WORDS]


def record(doc: Mapping[str, Any], about: Verified, organisation: Doc) -> dict[str, Any]:
    """Make the record of one instrument out of what was composed for minutes."""
    blocks = [{**each, "missing": []} for each in doc["checklists"] if each["sections"]]
    said = {**verified.common(about, doc["establishment"]), **verified.found(about, doc["establishment"])}
    signatures = [
        people.signing(said["verifier"], "KIỂM ĐỊNH VIÊN"),
        people.signing(said["reviewer"], "NGƯỜI SOÁT LẠI"),
    ]
    names = [name for name in (said["owner"]["name"], words.text(organisation.get("name"))) if name]
    return {
        **_of(doc, said),
        "checklists": blocks,
        "standards": doc["standards"],
        "ended": words.moment(doc["issued_at"]),
        "signatures": signatures,
        "recipients": [*names, "Lưu: hồ sơ kiểm định"],
        "copies": doc["copies"],
        "verification": said,
    }


def certificate(doc: Mapping[str, Any], about: Verified, organisation: Doc, signer: Doc | None) -> dict[str, Any]:
    """Make the certificate of one instrument. `signer` is {name, title, authority}, else the agency's first."""
    said = verified.common(about, doc["establishment"])
    head = signer_of(signer or next(iter(organisation.get("signers") or ()), {}))
    return {**_of(doc, said), "basis": [], "verification": {**said, "signer": head}}


def _of(doc: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    thing = said["instrument"]
    name = words.text(thing["name"])
    abstract = f"Kiểm định {name[:1].lower()}{name[1:]}" + (f" số {thing['serial']}" if thing["serial"] else "")
    told = {name: doc["establishment"][name] for name in ("id", "name", "address")}
    return {**{name: doc[name] for name in KEPT}, "abstract": abstract, "establishment": told}
