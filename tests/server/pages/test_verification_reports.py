"""/verification-reports: every figure against a count by plain loops over documents; what is behind a number; Word and PDF."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import pytest
from docx import Document as Word
from pypdf import PdfReader

from server.db import documents
from server.db.users import User
from server.extensions import db
from server.services import verification_reports
from server.services.verification_figures import summed
from tests.builders import AREA, Office
from tests.server.pages.scene import Desk
from tests.server.verifying import DAY, Team, opens_session, owner, team_of

OTHER = "07210"
CONCLUSIONS = ("pass", "fail", "inconclusive", None)


@pytest.fixture
def team(office: Office) -> Team:
    """Two sessions in two communes, some thirty instruments of two kinds with every result."""
    office.has_organisation()
    for code, name in ((AREA, "Xã Song Mai"), (OTHER, "Thị trấn Kép")):
        office.records("area", f"area:{code}", {"code": code, "name": name, "district": "Huyện Lạng Giang", "province": "Tỉnh Bắc Giang",
                       "valid_from": "2020-01-01", "valid_to": None})  # fmt: skip
    found = team_of(office)
    second = opens_session(
        found, on="2021-08-12", place="Nhà văn hóa Kép", area_code=OTHER, closed_at="2021-08-12T17:00:00+07:00"
    )
    for n in range(8):
        session = second if n % 3 == 0 else found.session
        kind = "sphygmomanometer" if n % 4 == 3 else "weighing_instrument"
        site, things = owner(office, f"Hộ {n}", [f"S{n}{k}" for k in range(1 + n % 3)], type=kind)
        slip = found.receives(site, things, session=session)
        for k, thing in enumerate(things):
            conclusion = CONCLUSIONS[(n + k) % 4]
            if conclusion is not None:
                found.concludes(slip, thing, conclusion, adjusted=(n + k) % 3 == 0)
                found.issues(slip, thing, "verification_record", 10 * n + k)
            if conclusion == "pass":
                found.issues(slip, thing, "verification_certificate", 10 * n + k)
                found.marks(f"TC{n}{k}", slip, thing, session=session)
        found.takes(slip, ("cash", "transfer", "subsidised")[n % 3], [("Cân", str(10_000 * (n + 1)))])
    found.marks("TC99", session=second)
    found.marks("C1", kind="seal")
    voided = found.takes(slip, "cash", [("Nhầm", "999")])
    found.amends("payment", voided, voided={"reason": "Nhầm", "by": "u", "at": "2021-08-05T10:00:00+07:00"})
    return found


def counted(session: Any, sessions: set[str]) -> Counter[tuple[str, ...]]:
    """The same figures by plain loops over the documents."""
    found: Counter[tuple[str, ...]] = Counter()
    every = {kind: {d.id: d for d in documents.of_kind(session, kind)} for kind in
             ("verification_session", "inspection", "finding", "minutes", "mark", "payment", "instrument")}  # fmt: skip
    for held in every["verification_session"].values():
        if held.id in sessions:
            found["sessions",] += 1
            found["closed",] += bool(held.state["closed_at"])
    for slip in every["inspection"].values():
        if slip.state.get("session_id") not in sessions:
            continue
        found["slips",] += 1
        own = [d.state for d in every["finding"].values() if d.parent == slip.id]
        for thing in slip.state["received"]:
            found["brought",] += 1
            type = every["instrument"][thing].state["type"]
            said = [f for f in own if f["subject_id"] == thing]
            concluded = [f["values"]["conclusion"] for f in said if f["item"] == "KD11"]
            found["result", type, concluded[0] if concluded else "none"] += 1
            found["adjusted", type] += any(f["item"] == "KD10" and f["answer"] == "conforming" for f in said)
        papers = [d.state["form"] for d in every["minutes"].values() if d.parent == slip.id]
        found["records",] += papers.count("verification_record")
        found["certificates",] += papers.count("verification_certificate")
        for payment in (
            d.state for d in every["payment"].values() if d.parent == slip.id and not d.state.get("voided")
        ):
            found["payments", payment["method"]] += 1
            found["money", payment["method"]] += int(payment["amount"])
    for mark in (d.state for d in every["mark"].values() if d.state["session_id"] in sessions):
        found["mark", mark["kind"], mark["fate"]] += 1
    return +found


@pytest.mark.parametrize("scope", ["session", "campaign", "month", "day", "area", "empty"])
def test_each_scope_equals_a_count_from_the_documents(office: Office, team: Team, desk: Desk, scope: str) -> None:
    with office.app.app_context():
        session = db.session()
        ids = {d.id: d.state for d in documents.of_kind(session, "verification_session")}
        token, area, wanted = {
            "session": (team.session, "", {team.session}),
            "campaign": (team.campaign, "", set(ids)),
            "month": ("2021-08", "", set(ids)),
            "day": (f"{DAY}_{DAY}", "", {team.session}),
            "area": ("2021", OTHER, {id for id, state in ids.items() if state["area_code"] == OTHER}),
            "empty": ("2020", "", set[str]()),
        }[scope]  # fmt: skip
        user = db.session.get_one(User, team.leader.id)
        source = verification_reports.source(session, token, area, user)
        sums = summed(source.sessions).sums
        own = Counter({key: count for key, count in sums.items() if key[0] != "standing"})
        assert own == counted(session, wanted)
        for key, count in own.items():
            behind = verification_reports.behind(source, ":".join(key), 1)
            assert (behind.count, behind.pages) == (count, 1), key
    desk.opens(f"/verification-reports/{token}?area={area}")


def test_page_word_pdf_and_workbook_say_the_same(desk: Desk, office: Office, team: Team) -> None:
    path = f"/verification-reports/{team.campaign}"
    page = desk.opens(path)
    assert "Thị trấn Kép" in page
    assert "Nhà văn hóa Kép" in page
    assert "Bằng chữ: Ba trăm sáu mươi nghìn đồng" in page
    words = Word(io.BytesIO(desk.client.get(f"{path}/report.docx").data))
    cells = [cell.text for table in words.tables for row in table.rows for cell in row.cells]
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(desk.client.get(f"{path}/report.pdf").data)).pages)
    for said in ("Huyết áp kế", "360.000", "Giấy chứng nhận kiểm định đã cấp"):
        assert said in page
        assert any(said in cell for cell in cells)
        assert said in text.replace("\n", " ")
    rows = desk.client.get(f"{path}?table=kinds&export=csv").get_data(as_text=True).splitlines()
    assert rows[-1].startswith("Tổng số;")
    behind = desk.opens(f"{path}/behind?figure=result:*:fail&said=Không đạt")
    assert "phiếu" in behind
    assert "K7-" in behind
    assert "2 phiên" in desk.opens(f"{path}/behind?figure=sessions")
    assert "Không có phiếu nào" in desk.opens(f"{path}/behind?figure=x:y&page=9")


def test_bad_scopes_and_other_teams_reports_are_not_found(desk: Desk, office: Office, team: Team) -> None:
    assert "Kiểm định lưu động tháng 8" in desk.opens("/verification-reports")
    for bad in ("x", "2021-13", "00000000-0000-0000-0000-000000000000"):
        desk.opens(f"/verification-reports/{bad}", 404)
    refused = desk.client.get("/verification-reports/choose?first=2021-08-31&last=2021-08-01")
    assert (refused.status_code, "đứng trước ngày đầu" in refused.get_data(as_text=True)) == (400, True)
    assert desk.client.get("/verification-reports/choose?first=2021-08-01&last=2021-08-31").status_code == 303
    other = Desk(office.app.test_client()).signs_in(office.hires("inspector"))
    other.opens(f"/verification-reports/{team.campaign}", 404)
    assert "Chưa nhận phương tiện đo nào" in other.opens("/verification-reports/2021")
