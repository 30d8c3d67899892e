"""One inspection by every published checklist: answered offline, sealed, pushed, printed by the server.

The papers stay under build/minutes, each as PDF and as pictures of its pages, for people to look at.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from checklists import catalog
from checklists.limits import load_rules
from server.demo.tablet import Tablet
from tests.builders import AREA, Office, Person
from tests.journeys.field import FINAL, SERIES, Team, department, now, paper_of
from tests.server.printing.real import CODES, real

PAPERS = Path(__file__).resolve().parents[2] / "build" / "minutes"
DAY = "2021-08-05"


def plans(office: Office, leader: Person, code: str, documents: dict[str, Any]) -> str:
    """Register the site with its instruments and plan its inspection; return its id."""
    site = office.records("establishment", f"area:{AREA}",
                          {**{k: v for k, v in documents["establishment"].items() if k != "id"}, "area_code": AREA})  # fmt: skip
    for doc in documents["instruments"]:
        state = {**{k: v for k, v in doc.items() if k != "id"}, "establishment_id": site, "new_price": None}
        office.records("instrument", f"area:{AREA}", state, id=doc["id"].replace("-7d4e-", f"-7{CODES.index(code):03x}-"),
                       parent=site)  # fmt: skip
    own = {name: documents["campaign"][name] for name in ("title", "kind")}
    campaign = office.opens_campaign(leader, checklists=[code], establishments=[site], **own)
    return office.plans_inspection(campaign, site, leader, [code])


def answers(tablet: Tablet, inspection: str, code: str, documents: dict[str, Any]) -> None:
    """Enter everything that was found, in the order of the checklist."""
    visit = {"started_at": f"{DAY}T08:30:00+07:00", "ended_at": f"{DAY}T11:25:00+07:00", "position": None}
    said = documents["inspection"]
    tablet.changes("inspection", inspection, status="in_progress", visits=[visit], conclusion=said["conclusion"],
                   establishment_statement=said["establishment_statement"])  # fmt: skip
    checklist = catalog.load().latest(code)
    pin = {"code": code, "version": checklist.version, "sha256": checklist.sha256}
    for finding in documents["findings"]:
        subject = finding["subject_id"] and finding["subject_id"].replace("-7d4e-", f"-7{CODES.index(code):03x}-")
        entered = {name: finding[name] for name in ("values", "rows", "note")}
        tablet.answers(inspection, pin, finding["item"], finding["answer"], subject=subject, photo_ids=[], **entered)


def keeps(code: str, pdf: bytes) -> str:
    """Write a paper and pictures of its pages; return its text, after a look that no page is empty."""
    (PAPERS / f"{code}.pdf").write_bytes(pdf)
    text = []
    for number, page in enumerate(PdfDocument(pdf), 1):
        picture = page.render(scale=1.25).to_pil().convert("L")
        assert min(picture.getextrema()) < 64, f"{code}: page {number} is empty"
        picture.save(PAPERS / f"{code}-{number}.png")
        text += page.get_textpage().get_text_range().split()
    return " ".join(text)


@pytest.fixture
def tablet_of(office: Office) -> tuple[Tablet, dict[str, str], dict[str, dict[str, Any]]]:
    """A tablet with one planned inspection by every checklist."""
    department(office)
    leader = office.hires("team_leader", "Trần Văn Trưởng")
    documents = {code: real(code, DAY) for code in CODES}
    planned = {code: plans(office, leader, code, documents[code]) for code in CODES}
    tablet = Team(office, leader, list(planned.values())).tablet()
    tablet.leases_numbers(SERIES, now().year, len(CODES))
    return tablet, planned, documents


def test_every_checklist_becomes_minutes(tablet_of: tuple[Tablet, dict[str, str], dict[str, dict[str, Any]]]) -> None:
    tablet, planned, documents = tablet_of
    PAPERS.mkdir(parents=True, exist_ok=True)
    for old in PAPERS.glob("*.p[dn][fg]"):
        old.unlink()
    minutes, rules = {}, load_rules()
    for code, inspection in planned.items():
        answers(tablet, inspection, code, documents[code])
        lists = [dict(catalog.load().latest(code).definition)]
        minutes[code] = tablet.issues(inspection, lists, rules)
    judged = {id: doc["state"].get("computed") for (kind, id), doc in tablet.documents.items() if kind == "finding"}
    assert {result["status"] for result in tablet.pushes()} <= FINAL
    tablet.pulls()
    for id, computed in judged.items():
        assert tablet.documents["finding", id]["state"].get("computed") == computed
    for code, id in minutes.items():
        state = paper_of(tablet, id)
        assert (state["status"], state["diverged"]) == ("issued", []), code
        (block,) = json.loads(state["canonical"])["checklists"]
        assert block["missing"] == [], code
        text = keeps(code, tablet._ask("GET", f"/api/v1/minutes/{id}.pdf", {}).body)
        for section in block["sections"]:
            assert section["title"] in text, (code, section["title"])
