"""A mobile verification in the department of tests/office_fill: sessions with slips, findings, money, certificates; prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from server.services import inspection_summary, paper_rows
from tests.builders import Person

CODE = "mobile-verification"
CAMPAIGN = "00000000-0020-4000-8000-000000000000"
SCOPE = f"campaign:{CAMPAIGN}"
TOGETHER, PRICES = 5, 60
MOST = 5000
"""Slips in all: ten years of eight units."""
Document = tuple[str, str, str, str | None, dict[str, Any]]
"""kind, id, scope, parent, state"""


def documents(count: int, sites: Sequence[Any], owned: Sequence[Any], verifier: Person, organisation: str) -> Iterator[Document]:  # fmt: skip
    """Yield the documents of so many slips of one instrument each, some in each session."""
    yield "campaign", CAMPAIGN, SCOPE, None, _campaign(verifier, organisation)
    count = min(count, MOST)
    for n in range(count):
        k = n // TOGETHER
        on = date(2022, 1, 3) + timedelta(days=k * TOGETHER * 1750 // count)
        session, slip, (thing, _, own) = _id(33, k), _id(34, n), owned[n % len(owned)]
        if n < PRICES:
            yield "price", _id(38, n), "agency", None, _price(n)
        if n % TOGETHER == 0:
            yield "verification_session", session, SCOPE, CAMPAIGN, {
                "campaign_id": CAMPAIGN, "on": on.isoformat(), "place": f"Chợ số {k}", "area_code": sites[k % len(sites)][2]["area_code"],
                "verifiers": [verifier.id], "environment": [], "standards": [], "standard_overrides": {}, "closed_at": None,
            }  # fmt: skip
        yield "inspection", slip, SCOPE, CAMPAIGN, {
            "campaign_id": CAMPAIGN, "establishment_id": own["establishment_id"], "session_id": session, "slip": f"K7-{n:03}",
            "received": {thing: {"at": f"{on}T08:00:00+07:00", "state": ""}}, "handed_back": {}, "status": "in_progress",
            "checklists": [], "visits": [], "planned_on": on.isoformat(), "lead_user_id": verifier.id,
        }  # fmt: skip
        yield "finding", _id(35, n), SCOPE, slip, {
            "inspection_id": slip, "checklist": CODE, "item": "KD11", "subject_id": thing, "ordinal": 0, "answer": None,
            "values": {"conclusion": "pass"}, "rows": [], "note": "", "photo_ids": [],
        }  # fmt: skip
        yield "payment", _id(36, n), SCOPE, slip, {
            "inspection_id": slip, "lines": [{"text": "Cân", "amount": "30000"}], "method": "cash", "payer": None, "amount": "30000",
            "at": f"{on}T09:00:00+07:00", "created_by": verifier.id,
        }  # fmt: skip
        yield "minutes", _id(37, n), SCOPE, slip, {
            "inspection_id": slip, "form": "verification_certificate", "closes": False, "series": "GCN-KĐ", "year": 2024, "number": n + 1,
            "canonical": f'{{"number":{{"text":"{n + 1}/GCN"}},"verification":{{"conclusion":"pass"}}}}', "cose": "", "instrument_id": thing,
            "issued_at": f"{on}T10:00:00+07:00", "amends": None, "status": "issued", "diverged": [], "warnings": [], "freezes": [],
            "handling": [], "created_by": verifier.id,
        }  # fmt: skip


def papers(found: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the certificates among these documents."""
    for kind, id, scope, parent, state in found:
        if kind == "minutes":
            yield paper_rows.paper_row(id, scope, parent, state)


def summaries(found: Sequence[Document], sites: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the slips among these documents."""
    family: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for kind, _, _, parent, state in found:
        family[str(parent)][kind].append(state)
    named = {id: state for id, _, state in sites}
    for kind, id, _, parent, state in found:
        if kind == "inspection":
            yield inspection_summary.row_of(id, parent, state, family[id], named[state["establishment_id"]])


def _campaign(verifier: Person, organisation: str) -> dict[str, Any]:
    member = {"user_id": verifier.id, "name": verifier.name, "title": "", "agency": "Chi cục TĐC", "role": "verifier",
              "certificate": None, "procedures": ["30-2019"]}  # fmt: skip
    return {"code": "KDLD-2024", "title": "Kiểm định lưu động 2024", "kind": "kiem_dinh_luu_dong", "programme_activity": None,
            "checklists": [CODE], "starts_on": "2024-01-02", "ends_on": "2024-12-31", "organisation_id": organisation,
            "organisation": None, "decision": {"number": "9/QĐ-SKHCN", "date": "2024-01-02"}, "team": [member], "establishment_ids": []}  # fmt: skip


def _price(n: int) -> dict[str, Any]:
    return {"instrument_type": "weighing_instrument", "text": f"Cân loại {n}", "amount": "30000", "basis": "Quyết định",
            "valid_from": "2024-01-01", "valid_to": None}  # fmt: skip


def _id(kind: int, n: int) -> str:
    return f"{n:08x}-{kind:04x}-4000-8000-{n % 65_521:012x}"
