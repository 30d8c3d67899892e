"""The list and one inspection: what is shown, to whom, and that text stays text."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from server.db import documents
from server.db.documents import Document
from sync.feed import canonical
from tests.builders import Office, Person
from tests.server.counting import statements
from tests.server.pages.scene import NASTY, Desk, Scene, scene_of


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection."""
    return scene_of(office, client)


@pytest.fixture
def desk(scene: Scene) -> Desk:
    """Its supervisor, signed in."""
    return Desk(scene.office.app.test_client()).signs_in(scene.supervisor)


def words(page: str) -> str:
    """The text that a person reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_page_says_everything(scene: Scene, desk: Desk) -> None:
    said = words(desk.opens(scene.path))
    for part in (
        "Cửa hàng xăng dầu số 1", "Thôn Trại, xã Song Mai", "2400123456", "Trần Thị Bán", "Chờ duyệt", "Trần Văn Trưởng",
        "123/QĐ-SKHCN, ngày 26/07/2021", "08:00 05/08/2021", "21.273123", "Cột đo xăng dầu số A-1",
        "FU02", "Số giấy chứng nhận : 01/GCN".replace(" :", ""), "31/01/2022".lstrip("0"), "✗ Không đạt",
        "19,85", "0,45", "chưa xác nhận", "Chưa kết luận".lower(), "Ảnh 1", "Ảnh chụp trước cuộc kiểm tra 3 ngày.",
        "Chưa nhận được ảnh", "Kiểm định lại vòi 1", "20/08/2021", "Niêm phong", "NP-014", "Từ chối ký", "Lê Văn Xã",
        "01/BB-ĐKT", "Biên bản kiểm tra", "chờ bản ký", "Một vòi vượt sai số cho phép.", "mục bắt buộc chưa có kết quả",
    ):  # fmt: skip
        assert part in said, part


def test_rival_values_stand_side_by_side(scene: Scene, desk: Desk) -> None:
    said = words(desk.opens(scene.path))
    assert "Hai người ghi khác nhau (1)" in said
    assert "Kết quả mục FU02 Kết luận Chọn giá trị cho Kết luận Đạt Đang dùng – Trần Văn Trưởng" in said
    assert "Không đạt Lê Thị Thành Viên" in said


def test_hostile_text_is_printed_literally(scene: Scene, desk: Desk) -> None:
    page = desk.opens(scene.path)
    assert "<script>alert(1)" not in page
    assert html.escape(NASTY, quote=False).replace("'", "&#39;") in page
    assert "49" not in re.findall(r"alert\(1\)&lt;/script&gt; (\S+)", page)


def test_no_page_carries_inline_script_or_style(scene: Scene, desk: Desk) -> None:
    for path in (
        "/",
        scene.path,
        f"{scene.path}/history",
        "/tablets",
        "/quarantine",
        "/conflicts",
        "/numbers",
        "/limits",
        "/standards",
        "/standards/new",
        "/sign-in",
    ):
        answer = desk.client.get(path)
        page = answer.get_data(as_text=True)
        assert not re.search(
            r"<script(?! src=\"/static/[a-z0-9./-]+\" defer></script>)|\son\w+=|\sstyle=|<style", page
        ), path
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_history_names_people_tablets_and_times(scene: Scene, desk: Desk) -> None:
    page = desk.opens(f"{scene.path}/history")
    said = words(page)
    assert "Thêm kết quả mục FU14" in said
    assert "Trần Văn Trưởng Máy tính bảng 1" in said
    assert "Không được lấy: kết luận" in said
    assert "Thêm biên bản số 01/BB-ĐKT" in said
    assert "Chuyển sang “Đang kiểm tra”" in said
    assert page.count("<tr>") - 1 == int(re.search(r"(\d+) lần ghi", said)[1])  # type: ignore[index]  # a miss fails the test


def test_a_wrong_tablet_clock_is_shown_with_its_skew(scene: Scene, desk: Desk) -> None:
    """Acceptance 19: five years off."""
    five_years = 5 * 365 * 24 * 60
    clock = {"boot": "b", "mono_ms": 1, "offset_ms": five_years * 60_000, "offset_age_s": 60}
    op = scene.tablet.op("requirement", str(uuid4()), "create", scene.site.scope,
                         {"inspection_id": scene.site.inspection, "text": "x", "state": "open"},
                         parent=scene.site.inspection, clock=clock)  # fmt: skip
    assert scene.tablet.one(op)["status"] == "applied"
    said = words(desk.opens(f"{scene.path}/history"))
    assert f"đồng hồ máy lệch {five_years} phút" in said


def test_a_paper_that_differs_from_the_server_says_where(scene: Scene, desk: Desk, office: Office) -> None:
    id = scene.site.finding_id("FU11")
    with office.transaction() as session:
        minutes = documents.get(session, "minutes", scene.minutes_id)
        assert minutes is not None
        state: dict[str, Any] = {**minutes.state, "diverged": [id], "warnings": [{"code": "missing_answer", "detail": "Chưa có kết quả của mục FU20."}]}  # fmt: skip
    office.records("minutes", scene.site.scope, state, id=scene.minutes_id, parent=scene.site.inspection)
    said = words(desk.opens(scene.path))
    assert "Khác với dữ liệu hiện có: FU11" in said
    assert "Chưa có kết quả của mục FU20." in said


def test_a_standard_past_its_calibration_is_flagged(scene: Scene, desk: Desk, office: Office) -> None:
    ids = [
        office.records("measurement_standard", "agency", {"name": f"Bình chuẩn {until}", "kind": "proving_measure", "serial": "BC-1",
                       "calibrated_until": until, "certificate_number": "1", "attributes": {}})
        for until in ("2021-08-04", "2021-08-05")
    ]  # fmt: skip
    with office.transaction() as session:
        row = session.get_one(Document, ("inspection", scene.site.inspection))
        row.state = {**row.state, "standards": ids}
    said = words(desk.opens(scene.path))
    assert "Bình chuẩn 2021-08-04 số BC-1 giấy 1, hạn hiệu chuẩn 04/08/2021 ⚠ đã quá hạn vào ngày kiểm tra" in said
    assert said.count("đã quá hạn") == 1


def test_the_commune_is_named_as_it_was_on_the_day(scene: Scene, desk: Desk, office: Office) -> None:
    for name, first, last in (("Phường Mới", "2025-07-01", None), ("Xã Song Mai", "2004-01-01", "2025-06-30")):
        office.records("area", "area:07213", {"code": "07213", "name": name, "district": "Thành phố Bắc Giang" if last else None,
                       "valid_from": first, "valid_to": last})  # fmt: skip
    said = words(desk.opens(scene.path))
    assert "Xã Song Mai, Thành phố Bắc Giang" in said
    assert "Phường Mới" not in said


def test_a_signed_page_ends_the_waiting(scene: Scene, desk: Desk, office: Office) -> None:
    state: dict[str, Any] = {"inspection_id": scene.site.inspection, "finding_id": None, "purpose": "signed_paper", "status": "complete",
             "sha256": "cd" * 32, "taken_at": "2021-08-05T11:00:00+07:00", "warnings": []}  # fmt: skip
    office.records("photo", scene.site.scope, state, parent=scene.site.inspection)
    said = words(desk.opens(scene.path))
    assert "chờ bản ký" not in said
    assert "Ảnh bản đã ký" in said


@pytest.mark.parametrize("role", ["supervisor", "clerk", "admin"])
def test_the_office_sees_every_inspection(scene: Scene, office: Office, role: str) -> None:
    desk = Desk(office.app.test_client()).signs_in(office.hires(role))
    assert "Cửa hàng xăng dầu số 1" in desk.opens("/")
    page = desk.opens(scene.path)
    assert ("review-form" in page) == (role != "clerk")


def test_the_team_sees_its_own_and_cannot_decide(scene: Scene, office: Office) -> None:
    desk = Desk(office.app.test_client()).signs_in(scene.member)
    assert "Cửa hàng xăng dầu số 1" in desk.opens("/")
    page = desk.opens(scene.path)
    assert "review-form" not in page
    assert "Trả lại mục này" not in page
    stranger = Desk(office.app.test_client()).signs_in(office.hires("inspector", "Người Ngoài"))
    assert "Chưa có cuộc kiểm tra nào" in stranger.opens("/")
    stranger.opens(scene.path, 404)
    stranger.opens(f"{scene.path}/history", 404)


@pytest.mark.parametrize("path", ["/tablets", "/quarantine", "/people"])
@pytest.mark.parametrize("role", ["inspector", "team_leader", "clerk"])
def test_other_pages_are_the_supervisors(office: Office, client: FlaskClient, role: str, path: str) -> None:
    page = Desk(client).signs_in(office.hires(role)).opens(path, 403)
    assert "không có quyền" in page


@pytest.mark.parametrize(
    "path",
    [
        "/inspections/3f0c1a52-7d1e-4c8e-9a55-0d8c3b6f1e02",
        "/inspections/3f0c1a52-7d1e-4c8e-9a55-0d8c3b6f1e02/history",
        "/inspections/x",
        "/x",
    ],
)
def test_what_is_not_there_is_said_in_vietnamese(office: Office, client: FlaskClient, path: str) -> None:
    page = Desk(client).signs_in(office.hires("supervisor")).opens(path, 404)
    assert "Không tìm thấy." in page


def test_an_empty_department_is_told_what_comes_here(office: Office, client: FlaskClient) -> None:
    page = Desk(client).signs_in(office.hires("supervisor")).opens("/")
    assert "Chưa có cuộc kiểm tra nào" in page


class TestList:
    """Filters, words without diacritics, pages."""

    @pytest.fixture
    def desk(self, office: Office, client: FlaskClient) -> Desk:
        """Thirty stations in one campaign, one in another."""
        leader = office.hires("team_leader", "Đỗ Văn Đoàn")
        self.people: dict[str, Person] = {"leader": leader}
        sites = [office.registers_establishment(name=f"Cửa hàng Lục Nam {n:02d}") for n in range(30)]
        campaign = office.opens_campaign(leader, establishments=sites)
        for site in sites:
            office.plans_inspection(campaign, site, leader)
        odd = office.registers_establishment(name="Tiệm vàng Kim Thành")
        self.other = office.opens_campaign(leader, establishments=[odd])
        office.plans_inspection(self.other, odd, leader)
        return Desk(client).signs_in(office.hires("supervisor"))

    @staticmethod
    def rows(page: str) -> list[str]:
        """The names in the list."""
        return re.findall(r'<th scope="row"><a href="/inspections/[^"]+">([^<]+)</a>', page)

    def test_pages(self, desk: Desk) -> None:
        first, second, beyond = (self.rows(desk.opens(f"/?page={n}")) for n in (1, 2, 99))
        assert (len(first), len(second)) == (25, 6)
        assert not set(first) & set(second)
        assert beyond == second

    @pytest.mark.parametrize("text", ["luc nam", "LỤC  NAM", "nam luc", "do van doan luc", "2400123456 lục"])
    def test_words_are_found_without_diacritics(self, desk: Desk, text: str) -> None:
        found = self.rows(desk.client.get("/", query_string={"q": text}).get_data(as_text=True))
        assert len(found) == 25
        assert all("Lục Nam" in name for name in found)

    def test_a_filter_narrows_and_counts(self, desk: Desk) -> None:
        page = desk.opens(f"/?campaign={self.other}")
        assert self.rows(page) == ["Tiệm vàng Kim Thành"]
        assert "Đã lên kế hoạch <b>1</b>" in page
        assert self.rows(desk.opens("/?status=approved")) == []
        assert "không khớp" not in desk.opens("/?status=planned")

    @pytest.mark.parametrize(
        "query", ["?page=0", "?page=-1", "?page=x", "?page=²", "?page=" + "9" * 400, "?status=x", "?campaign='--",
                  "?q=" + "a" * 3000, "?q=%ff", "?q={{7*7}}", "?q=%3Cscript%3E"],
    )  # fmt: skip
    def test_odd_queries_are_no_errors(self, desk: Desk, query: str) -> None:
        page = desk.opens(f"/{query}")
        assert "<script>" not in page


@pytest.mark.parametrize(
    "change",
    [
        {"visits": None}, {"checklists": None}, {"checklists": [{"code": "không có", "version": 9, "sha256": "x"}]},
        {"planned_on": "hôm qua"}, {"review": {"decision": "returned", "remark": None, "items": None}},
        {"standards": ["không có"]}, {"follows": "../x"}, {"lead_user_id": None}, {"establishment_id": str(uuid4())},
        {"visits": [{"started_at": "sớm", "ended_at": None, "position": None}]}, {"status": "lạ"}, {"conclusion": ["a", {"b": "c"}]},
    ],
)  # fmt: skip
def test_a_document_of_another_time_does_not_break_the_page(
    scene: Scene, desk: Desk, office: Office, change: dict[str, Any]
) -> None:
    with office.transaction() as session:
        found = documents.get(session, "inspection", scene.site.inspection)
        assert found is not None
        row = session.get_one(Document, ("inspection", scene.site.inspection))
        row.state = json.loads(canonical({**found.state, **change}))
    desk.opens(scene.path)
    desk.opens("/")


def test_what_does_not_conform_names_its_article_and_amounts_for_the_office_only(
    office: Office, client: FlaskClient
) -> None:
    scene = scene_of(office, client, issued=False)
    desk = Desk(office.app.test_client()).signs_in(scene.supervisor)
    tablet, site = scene.tablet, scene.site
    bad = {"answer": "nonconforming", "subject_id": site.instrument}
    tablet.push(tablet.finding(site, "FU07", set=bad), tablet.finding(site, "FU14", set={**bad, "ordinal": 7}))
    said = words(desk.opens(scene.path))
    assert "Xem xét, xử lý theo: Điều 10 Nghị định số 119/2017/NĐ-CP" in said
    assert "Xem xét, xử lý theo: Điều 14 Nghị định số 119/2017/NĐ-CP" in said
    assert (
        "từ 5.000.000 đồng đến 10.000.000 đồng, thu lợi bất hợp pháp đến 10.000.000 đồng; tổ chức gấp hai lần (chưa xác nhận)"
        in said
    )
    assert "126/2021" not in said, "the visit was in August 2021"
    member = Desk(scene.office.app.test_client()).signs_in(scene.member)
    said = words(member.opens(scene.path))
    assert "Điều 14 Nghị định số 119/2017/NĐ-CP" in said
    assert "10.000.000" not in said


def test_the_page_cites_what_held_on_the_day_and_nothing_that_replaced_it(office: Office, client: FlaskClient) -> None:
    scene = scene_of(office, client, issued=False)
    desk = Desk(office.app.test_client()).signs_in(scene.supervisor)
    tablet, site = scene.tablet, scene.site
    bad = {"answer": "nonconforming", "subject_id": site.instrument}
    tablet.push(*(tablet.finding(site, item, set=bad) for item in ("FU10", "FU09")))
    said = words(desk.opens(scene.path))
    assert "Căn cứ: Thông tư 15/2015/TT-BKHCN Điều 6 khoản 1 điểm a" in said
    assert "Căn cứ: ĐLVN 10:2013" not in said, "nobody confirmed that it was in force"


def test_the_list_asks_the_database_as_often_for_many_as_for_few(office: Office, client: FlaskClient) -> None:
    leader = office.hires("team_leader", "Đỗ Văn Đoàn")
    desk = Desk(client).signs_in(office.hires("supervisor"))
    counts = []
    for size in (3, 40):
        sites = [office.registers_establishment(name=f"Cửa hàng {n}") for n in range(size)]
        campaign = office.opens_campaign(leader, establishments=sites)
        for site in sites:
            office.plans_inspection(campaign, site, leader)
        with statements(office.app) as asked:
            desk.opens("/?q=cua+hang")
        counts.append(len(asked))
    assert counts[0] == counts[1] < 15
