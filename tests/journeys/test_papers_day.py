"""A day of papers over real HTTP: signed pages, return and amendment, void, a lost tablet, blank paper, the public page."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.demo.day import FINAL, SERIES, Day, Visit, now
from server.demo.link import Link
from server.demo.pictures import jpeg
from server.demo.serving import Office, Server
from sync import ids, seal


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """A server with demo data and two tablets that were online once; then each inspects, offline."""
    found = Day(Server(tmp_path / "server"))
    try:
        for step in (found.opens, found.enrols, found.prepares, found.works_offline):
            step()
        yield found
    finally:
        found.server.stops()


@pytest.fixture
def office(day: Day) -> Office:
    """A supervisor at the office."""
    found = Office(day.server.url)
    username = next(name for name, role in day.roles.items() if role == "supervisor")
    _, page = found.asks("GET", "/sign-in")
    assert found.submits(page, "/sign-in", username=username, password=day.accounts[username])[0] in {302, 303}
    return found


def delivers(visit: Visit) -> None:
    """Push, upload, pull: everything taken."""
    results = visit.tablet.pushes()
    assert [r for r in results if r["status"] not in FINAL] == []
    visit.tablet.uploads()
    visit.tablet.pulls()


def issues(day: Day, visit: Visit, form: str = "inspection", amends: str | None = None) -> str:
    """Issue minutes on the tablet."""
    return visit.tablet.issues(visit.inspection, day._lists_of(visit), day.rules, form=form, amends=amends)


def state_of(visit: Visit, id: str) -> dict[str, Any]:
    return dict(visit.tablet.documents["minutes", id]["state"])


def qr(state: dict[str, Any]) -> str:
    return seal.qr_text("localhost", seal.parse_qr("/m/" + _base32(state["cose"])))


def _base32(cose: str) -> str:
    return base64.b32encode(base64.urlsafe_b64decode(cose + "=" * (-len(cose) % 4))).decode().rstrip("=")


def public_page(day: Day, state: dict[str, Any]) -> str:
    """What anyone sees who scans the paper."""
    return Link(day.server.url)("GET", f"/m/{_base32(state['cose'])}", {}, b"").body.decode()


def visit_to(day: Day, checklist: str) -> Visit:
    return next(v for v in day.visits if v.checklist == checklist)


def announcement_final_signatures_and_pages(day: Day, office: Office) -> None:
    visit = visit_to(day, "fuel-dispenser")
    announcement, visit.minutes = issues(day, visit, "announcement"), issues(day, visit)
    delivers(visit)
    assert [state_of(visit, id)["status"] for id in (announcement, visit.minutes)] == ["issued", "issued"]
    assert not state_of(visit, visit.minutes)["diverged"]
    page, path = office.asks("GET", f"/inspections/{visit.inspection}")[1], f"/inspections/{visit.inspection}"
    assert page.count("chờ bản ký") == 2
    witness = {"name": "Đỗ Văn Xã", "capacity": "đại diện UBND xã"}
    visit.tablet.signs(visit.inspection, "team_leader", "Trưởng đoàn", "ink")
    visit.tablet.signs(
        visit.inspection, "representative", "Chủ cửa hàng", "refused", reason="không đồng ý", witness=witness
    )
    visit.tablet.photographs(visit.inspection, None, jpeg("bản ký", now()), purpose="signed_paper")
    delivers(visit)
    page = office.asks("GET", path)[1]
    assert "chờ bản ký" not in page
    for words in ("Đỗ Văn Xã", "không đồng ý", "đã có ảnh bản ký"):
        assert words in page


def returned_then_amended_by_the_tablet(day: Day, office: Office) -> None:
    visit = visit_to(day, "fuel-dispenser")
    path = f"/inspections/{visit.inspection}"
    finding = next(f for f in visit.tablet._of(visit.inspection, "finding") if f["item"] == "FU02")
    _, page = office.asks("GET", path)
    form = {"decision": "returned", "remark": "Xem lại giấy chứng nhận", "confirm": "1", "finding": finding["id"]}
    assert office.submits(page, f"{path}/review", **form)[0] in {302, 303}
    visit.tablet.pulls()
    assert visit.tablet.documents["inspection", visit.inspection]["state"]["status"] == "returned"
    before = state_of(visit, visit.minutes)
    amendment = issues(day, visit, "amendment", amends=visit.minutes)
    delivers(visit)
    assert state_of(visit, amendment)["status"] == "issued"
    after = state_of(visit, visit.minutes)
    assert (after["status"], after["canonical"]) == ("amended", before["canonical"])
    assert "đã có biên bản bổ sung" in public_page(day, after)
    first = visit.tablet._ask("GET", f"/api/v1/minutes/{visit.minutes}.pdf", {})
    assert first.body.startswith(b"%PDF")
    text = f"Bổ sung Biên bản số {seal.number_text(before['number'], SERIES)}"
    assert json.loads(state_of(visit, amendment)["canonical"])["abstract"] == text


def a_spoiled_print_is_voided_on_the_spot(day: Day) -> None:
    visit = visit_to(day, "gold-jewellery")
    spoiled = issues(day, visit, "working")
    visit.tablet.voids("minutes", spoiled, "In hỏng trang 2")
    visit.minutes = issues(day, visit)
    delivers(visit)
    state = state_of(visit, spoiled)
    assert (state["status"], state["voided"]["reason"]) == ("void", "In hỏng trang 2")
    page = public_page(day, state)
    assert "Đã hủy" in page
    assert "In hỏng trang 2" in page
    assert state_of(visit, visit.minutes)["number"] == state["number"] + 1


def the_office_amends_and_voids(day: Day) -> None:
    visit = visit_to(day, "gold-jewellery")
    by = visit.tablet.user["id"]
    made = day.server.flask("minutes", "issue", visit.inspection, "--form", "amendment", "--amends", visit.minutes, "--by", by,
                            "--json")  # fmt: skip
    amendment = json.loads(made)["id"]
    visit.tablet.pulls()
    assert state_of(visit, visit.minutes)["status"] == "amended"
    day.server.flask("minutes", "void", amendment, "--reason", "Ghi nhầm cơ sở", "--by", by)
    visit.tablet.pulls()
    assert state_of(visit, amendment)["status"] == "void"
    assert state_of(visit, visit.minutes)["status"] == "issued"
    assert "Ghi nhầm cơ sở" in public_page(day, state_of(visit, amendment))


def a_paper_whose_tablet_is_lost_and_found(day: Day) -> None:
    visit = visit_to(day, "diagnostic-xray")
    visit.minutes = issues(day, visit)
    state = state_of(visit, visit.minutes)
    assert "Chưa vào sổ" in public_page(day, state)
    day.server.flask("minutes", "register-paper", qr(state), "--reason", "Máy hỏng, bản giấy ở đoàn")
    assert "theo bản giấy" in public_page(day, state)
    delivers(visit)
    assert state_of(visit, visit.minutes)["status"] == "issued"
    assert "Đã vào sổ." in public_page(day, state)


def blank_paper_is_keyed_in_with_its_photos(day: Day) -> None:
    visit = day._assigned("fuel-dispenser")
    reserved = json.loads(day.server.flask("numbers", "reserve", "--series", SERIES, "--year", str(now().year), "--count", "2",
                                           "--purpose", "Đoàn xăng dầu", "--json"))  # fmt: skip
    visit.tablet.photographs(visit.inspection, None, jpeg("bản in sẵn", now()), purpose="signed_paper")
    delivers(visit)
    written = now().isoformat(timespec="seconds")
    made = json.loads(day.server.flask("minutes", "key-in", visit.inspection, "--number", str(reserved["from"]), "--written-at",
                                       written, "--by", visit.tablet.user["id"], "--json"))  # fmt: skip
    visit.tablet.pulls()
    state = state_of(visit, made["id"])
    assert (state["source"], state["status"], state["number"]) == ("paper", "issued", reserved["from"])
    assert "Đã vào sổ." in public_page(day, state)


def measures(visit: Visit, type: str, **more: Any) -> str:
    """Record a measure on the tablet."""
    id = ids.uuid7(int(now().timestamp() * 1000))
    scope = visit.tablet.documents["inspection", visit.inspection]["scope"]
    set = {"inspection_id": visit.inspection, "type": type, "at": now().isoformat(timespec="seconds"), **more}
    visit.tablet.records("create", "measure", id, scope, set, parent=visit.inspection)
    return id


def the_office_issues(office: Office, visit: Visit, form: str) -> dict[str, Any]:
    """Confirm a paper on its page; return it as the tablet pulls it."""
    path = f"/inspections/{visit.inspection}/papers/{form}"
    assert office.submits(office.asks("GET", path)[1], path)[0] == 303
    visit.tablet.pulls()
    return next(m for m in visit.tablet._of(visit.inspection, "minutes") if m["form"] == form)


def sealed_suspended_and_set_free(day: Day, office: Office) -> None:
    visit = visit_to(day, "fuel-dispenser")
    nozzle = next(s["id"] for s in visit.tablet._all("instrument") if s["establishment_id"] == visit.tablet.documents["inspection", visit.inspection]["state"]["establishment_id"])  # fmt: skip
    seal_id = measures(
        visit, "seal", instrument_id=nozzle, serials=["NP-1", "NP-2"], place="bộ đếm", by="Kiểm tra viên"
    )
    suspend = measures(visit, "suspend", instrument_id=nozzle, reason="Vượt sai số")
    sealing, working = issues(day, visit, "sealing"), issues(day, visit, "working")
    delivers(visit)
    assert [state_of(visit, id)["status"] for id in (sealing, working)] == ["issued", "issued"]
    notice = the_office_issues(office, visit, "suspension_notice")
    assert "Xác thực thông báo" in public_page(day, notice)
    measures(visit, "unseal", instrument_id=nozzle, follows=seal_id, state="Còn nguyên vẹn")
    measures(visit, "resume", instrument_id=nozzle, follows=suspend)
    unsealing = issues(day, visit, "unsealing")
    delivers(visit)
    text = seal.number_text(state_of(visit, sealing)["number"], SERIES)
    assert json.loads(state_of(visit, unsealing)["canonical"])["seals"][0]["paper"] == f"Biên bản niêm phong số {text}"
    resumed = the_office_issues(office, visit, "resumption_notice")
    assert (notice["series"], resumed["number"]) == ("TB-SKHCN", notice["number"] + 1)
    assert "Biên bản mở niêm phong" in public_page(day, state_of(visit, unsealing))


def a_sample_from_the_pump_to_its_notice(day: Day, office: Office) -> None:
    visit = day._assigned("fuel-dispenser")
    tablet, at = visit.tablet, now().isoformat(timespec="seconds")
    id, scope = ids.uuid7(int(now().timestamp() * 1000)), tablet.documents["inspection", visit.inspection]["scope"]
    taken = {"inspection_id": visit.inspection, "product": "Xăng RON 95-III", "code": "M-01", "quantity": "2", "unit": "L", "taken_at": at,
             "taken_by": "Kiểm tra viên", "custody": [{"type": "taken", "at": at}],
             "portions": {"1": {"purpose": "test", "quantity": "1", "unit": "L", "seals": ["NP-71"], "holder": "Đoàn"},
                          "2": {"purpose": "retained_site", "quantity": "1", "unit": "L", "seals": ["NP-72"]}}}  # fmt: skip
    tablet.records("create", "sample", id, scope, taken, parent=visit.inspection)
    sampling = issues(day, visit, "sampling")
    delivers(visit)
    state = state_of(visit, sampling)
    assert (state["status"], state["diverged"], state["freezes"]) == ("issued", [], [id])
    assert "Biên bản lấy mẫu" in public_page(day, state)
    page = f"/samples/{id}"
    said = {"type": "handed_over", "at": now().strftime("%Y-%m-%dT00:00"), "to": "Trung tâm 1", "document": "05/PGM"}
    asked = office.submits(office.asks("GET", page)[1], f"{page}/custody", **said)
    assert office.submits(asked[1], f"{page}/custody")[0] == 303
    said = {
        "laboratory": "Trung tâm 1",
        "report_number": "9/KQ",
        "report_on": now().date().isoformat(),
        "conclusion": "nonconforming",
    }
    asked = office.submits(office.asks("GET", f"{page}/result")[1], f"{page}/result", **said)
    assert office.submits(asked[1], f"{page}/result")[0] == 303
    notice = the_office_issues(office, visit, "result_notice")
    assert (notice["series"], json.loads(notice["canonical"])["results"][0]["seals"]) == ("TB-SKHCN", "NP-71, NP-72")
    assert [e["type"] for e in tablet.documents["sample", id]["state"]["custody"]] == ["taken", "handed_over"]
    late = tablet.records("patch", "sample", id, scope, {"product": "Dầu"}, base={"product": "Xăng RON 95-III"})
    assert [r["code"] for r in tablet.pushes() if r["op_id"] == late["op_id"]] == ["after-issue"]


def a_visit_that_came_to_nothing(day: Day, office: Office) -> None:
    visit = day._assigned("fuel-dispenser")
    photo = visit.tablet.photographs(visit.inspection, None, jpeg("cổng khóa", now()))
    attempt = {"cause": "closed", "at": now().isoformat(timespec="seconds"), "photo_ids": [photo],
               "witness": {"name": "Đỗ Văn Xã", "capacity": "UBND xã"}}  # fmt: skip
    visit.tablet.changes("inspection", visit.inspection, reason="Cổng khóa", attempt=attempt)
    id = visit.tablet.issues(visit.inspection, [], day.rules, form="not_carried_out")
    delivers(visit)
    assert (state_of(visit, id)["status"], state_of(visit, id)["warnings"]) == ("issued", [])
    assert visit.tablet.documents["inspection", visit.inspection]["state"]["status"] == "not_carried_out"
    assert "Biên bản không tiến hành được" in office.asks("GET", f"/inspections/{visit.inspection}")[1]


def nothing_is_unexplained_at_the_end(day: Day, tmp_path: Path) -> None:
    register = json.loads(
        day.server.flask("numbers", "register", "--series", SERIES, "--year", str(now().year), "--json")
    )
    notices = json.loads(
        day.server.flask("numbers", "register", "--series", "TB-SKHCN", "--year", str(now().year), "--json")
    )
    assert register["gaps"] == notices["gaps"] == []
    assert {"issued", "void", "outstanding", "reserved"} == {row["status"] for row in register["rows"]}
    assert json.loads(day.server.flask("journal", "verify", "--json"))["broken"] == []
    keys = tmp_path / "keys.json"
    keys.write_bytes(Link(day.server.url)("GET", "/.well-known/minutes-keys.json", {}, b"").body)
    visit = visit_to(day, "diagnostic-xray")
    said = json.loads(
        day.server.flask("minutes", "verify", qr(state_of(visit, visit.minutes)), "--keys", str(keys), "--json")
    )
    assert said["outcome"] == "valid"


@pytest.mark.timeout(600)  # a real server, two tablets, a dozen commands
def test_the_papers_of_a_day(day: Day, office: Office, tmp_path: Path) -> None:
    """One day, in order: each part goes on from where the one before ended."""
    announcement_final_signatures_and_pages(day, office)
    returned_then_amended_by_the_tablet(day, office)
    a_spoiled_print_is_voided_on_the_spot(day)
    the_office_amends_and_voids(day)
    a_paper_whose_tablet_is_lost_and_found(day)
    blank_paper_is_keyed_in_with_its_photos(day)
    sealed_suspended_and_set_free(day, office)
    a_sample_from_the_pump_to_its_notice(day, office)
    a_visit_that_came_to_nothing(day, office)
    nothing_is_unexplained_at_the_end(day, tmp_path)
