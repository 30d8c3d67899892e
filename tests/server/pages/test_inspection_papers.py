"""Papers from the office's pages: suspended and resumed, sealed and unsealed, not carried out; each exactly once."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import pdfplumber
import pytest
from flask.testing import FlaskClient

from server.db import documents
from server.services import minutes, numbers
from sync import seal
from sync.paper_words import VIETNAM
from tests.builders import Office, Person
from tests.server.api.wire import Site, Wire, new_id, site_of
from tests.server.pages.scene import Desk

YEAR = datetime.now(VIETNAM).year


@pytest.fixture
def leader(office: Office) -> Person:
    """Who leads the team."""
    return office.hires("team_leader", "Trần Văn Trưởng")


@pytest.fixture
def site(office: Office, leader: Person) -> Site:
    """A planned inspection of a department that numbers minutes and notices."""
    office.has_organisation()
    office.opens_series()
    office.opens_series("TB-SKHCN")
    return site_of(office, leader)


@pytest.fixture
def tablet(office: Office, client: FlaskClient, leader: Person) -> Wire:
    """The leader's tablet."""
    return Wire(client, office.enrols(leader))


def state_of(office: Office, kind: str, id: str) -> dict[str, Any]:
    """A document as the database has it."""
    with office.transaction() as session:
        found = documents.get(session, kind, id)
        assert found is not None
        return dict(found.state)


def register(office: Office, series: str = "BB-ĐKT") -> list[tuple[int, str, str | None]]:
    """Every number of a series: number, status, minutes."""
    with office.transaction() as session:
        return [(row.number, row.status, row.minutes_id) for row in numbers.register(session, series, YEAR)]


def starts(tablet: Wire, site: Site) -> None:
    said = {"status": "in_progress", "visits": [{"started_at": "2021-08-05T08:00:00+07:00"}],
            "decision_announced_at": "2021-08-05T08:05:00+07:00"}  # fmt: skip
    op = tablet.op("inspection", site.inspection, "patch", site.scope, said, base={"status": "planned"}, base_rev=1)
    assert tablet.one(op)["status"] == "applied"


def measures(tablet: Wire, site: Site, type: str, at: str, **more: Any) -> str:
    id = new_id()
    said = {"inspection_id": site.inspection, "instrument_id": site.instrument, "type": type, "at": at, **more}
    result = tablet.one(tablet.op("measure", id, "create", site.scope, said, parent=site.inspection))
    assert result["status"] == "applied", result
    return id


def path(site: Site, form: str = "") -> str:
    return f"/inspections/{site.inspection}" + (f"/papers/{form}" if form else "")


def issues(desk: Desk, site: Site, form: str, **given: Any) -> str:
    """Confirm and issue; return the id of the paper."""
    answer = desk.sends(desk.opens(path(site, form)), path(site, form), **given)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    found = re.search(r"issued=([0-9a-f-]{36})", answer.headers["Location"])
    assert found is not None
    assert "Mở bản in (PDF)" in desk.opens(answer.headers["Location"].partition("#")[0])
    return found[1]


def printed(desk: Desk, minutes_id: str) -> str:
    answer = desk.client.get(f"/api/v1/minutes/{minutes_id}.pdf")
    assert answer.status_code == 200
    with pdfplumber.open(io.BytesIO(answer.data)) as pdf:
        text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    return text.replace("/ ", "/")  # a line may end within a number


def public(office: Office, minutes_id: str) -> str:
    """What anyone sees who scans the paper."""
    state = state_of(office, "minutes", minutes_id)
    code = seal.qr_text("h.vn", minutes.unpadded(state["cose"])).rsplit("/", 1)[-1]
    return str(office.app.test_client().get(f"/M/{code}").get_data(as_text=True))


def blocked(desk: Desk, site: Site) -> dict[str, str]:
    """The papers that cannot be issued now, with the reason beside each."""
    page = desk.opens(path(site))
    rows = re.findall(r'aria-disabled="true">([^<]+)</span> <small>([^<]+)</small>', page)
    return {name: html.unescape(reason) for name, reason in rows}


def voids(desk: Desk, office: Office, minutes_id: str) -> None:
    state = state_of(office, "minutes", minutes_id)
    page = desk.opens(f"/numbers/papers?series={state['series']}&year={state['year']}&number={state['number']}")
    action = f"/numbers/papers/{minutes_id}/void"
    asked = desk.sends(page, action, reason="Ghi nhầm ngày").get_data(as_text=True)
    assert desk.sends(asked, action).status_code == 303


def test_suspended_notified_resumed_notified(office: Office, desk: Desk, site: Site, tablet: Wire) -> None:
    starts(tablet, site)
    assert blocked(desk, site)["Thông báo tạm dừng"] == "Chưa ghi việc tạm dừng sử dụng nào."
    suspend = measures(tablet, site, "suspend", "2021-08-05T10:00:00+07:00", reason="Vượt sai số")
    assert "thời gian tạm dừng tính từ khi ký biên bản" in blocked(desk, site)["Thông báo tạm dừng"]
    first = issues(desk, site, "inspection")
    notice = issues(desk, site, "suspension_notice")
    text = printed(desk, notice)
    assert "Số: 01/TB-SKHCN" in text
    assert "Kính gửi: Cửa hàng xăng dầu số 1." in text
    assert "tính từ thời điểm ký Biên bản số 01/BB-ĐKT" in text
    assert blocked(desk, site)["Thông báo tạm dừng"] == "Việc tạm dừng sử dụng đã ghi đều có văn bản."
    assert blocked(desk, site)["Thông báo được tiếp tục"] == "Chưa ghi việc cho phép sử dụng trở lại nào."
    measures(tablet, site, "resume", "2021-08-19T10:00:00+07:00", follows=suspend, reason="Đã kiểm định lại")
    again = issues(desk, site, "resumption_notice", signer="Trần Thị Minh Hà")
    text = printed(desk, again)
    for words in ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Trần Thị Minh Hà"):
        assert words in text
    assert "theo Thông báo tạm dừng số 01/TB-SKHCN" in text
    page = public(office, notice)
    assert "Xác thực thông báo" in page
    assert "Thông báo tạm dừng" in page
    for secret in ("Cửa hàng", "A-1", "Vượt sai số", "Nguyễn Thanh Bình"):
        assert secret not in page
    assert state_of(office, "inspection", site.inspection)["status"] == "issued"
    assert register(office, "TB-SKHCN") == [(1, "issued", notice), (2, "issued", again)]
    assert register(office) == [(1, "issued", first)]


def test_a_void_notice_lets_the_suspension_be_notified_anew(
    office: Office, desk: Desk, site: Site, tablet: Wire
) -> None:
    starts(tablet, site)
    measures(tablet, site, "suspend", "2021-08-05T10:00:00+07:00")
    issues(desk, site, "working")
    wrong = issues(desk, site, "suspension_notice")
    assert "numbers/papers?series=TB-SKHCN" in html.unescape(desk.opens(path(site)))
    voids(desk, office, wrong)
    assert "Đã hủy" in public(office, wrong)
    right = issues(desk, site, "suspension_notice")
    assert register(office, "TB-SKHCN") == [(1, "void", wrong), (2, "issued", right)]


def test_sealed_and_unsealed(office: Office, desk: Desk, site: Site, tablet: Wire) -> None:
    starts(tablet, site)
    first = measures(tablet, site, "seal", "2021-08-05T10:00:00+07:00", serials=["NP-014", "NP-015"], place="bộ đếm",
                     by="Lê Quốc Lượng", state="Dây chì căng")  # fmt: skip
    sealed = issues(desk, site, "sealing")
    assert "NP-014, NP-015" in printed(desk, sealed)
    assert blocked(desk, site)["Biên bản niêm phong"] == "Việc niêm phong đã ghi đều có văn bản."
    other = measures(tablet, site, "seal", "2021-08-05T10:20:00+07:00", serials=["NP-016"], place="tủ điện")
    measures(tablet, site, "unseal", "2021-08-19T10:00:00+07:00", follows=other, state="Còn nguyên vẹn")
    assert blocked(desk, site)["Biên bản mở niêm phong"] == "Niêm phong được mở chưa có trong biên bản nào."
    second = issues(desk, site, "sealing")
    text = printed(desk, second)
    assert "NP-016" in text
    assert "NP-014" not in text
    opened = issues(desk, site, "unsealing")
    text = printed(desk, opened)
    assert "Căn cứ Biên bản niêm phong số 02/BB-ĐKT" in text
    assert "NP-016" in text
    assert "Còn nguyên vẹn" in text
    canonical = json.loads(state_of(office, "minutes", sealed)["canonical"])
    assert [row["id"] for row in canonical["seals"]] == [first]
    assert register(office)[-1] == (3, "issued", opened)


def evidence(tablet: Wire, site: Site) -> str:
    id = new_id()
    said = {"inspection_id": site.inspection, "finding_id": None, "purpose": "evidence", "sha256": "ab" * 32, "size": 3,
            "media_type": "image/jpeg", "taken_at": "2021-08-05T08:31:00+07:00"}  # fmt: skip
    assert tablet.one(tablet.op("photo", id, "create", site.scope, said, parent=site.inspection))["status"] == "applied"
    return id


def test_a_visit_that_was_not_carried_out(office: Office, desk: Desk, site: Site, tablet: Wire) -> None:
    name = "Biên bản không tiến hành được"
    assert blocked(desk, site)[name].startswith(
        "Đoàn chưa ghi: lý do, thời điểm đoàn đến, ảnh hiện trạng, người chứng kiến"
    )
    photo = evidence(tablet, site)
    attempt = {"cause": "closed", "at": "2021-08-05T08:30:00+07:00", "photo_ids": [photo],
               "witness": {"name": "Đỗ Văn Xã", "capacity": "UBND xã Song Mai"}}  # fmt: skip
    said = {"status": "not_carried_out", "reason": "Cổng khóa", "attempt": attempt}
    op = tablet.op("inspection", site.inspection, "patch", site.scope, said, base={"status": "planned"}, base_rev=1)
    assert tablet.one(op)["status"] == "applied"
    id = issues(desk, site, "not_carried_out")
    text = printed(desk, id)
    for words in ("Không tiến hành được việc kiểm tra", "Đỗ Văn Xã", "Cổng khóa", "cơ sở đóng cửa"):
        assert words in text
    assert state_of(office, "inspection", site.inspection)["status"] == "not_carried_out"
    assert state_of(office, "minutes", id)["closes"] is True
    assert blocked(desk, site)[name] == "Đã lập, số 01/BB-ĐKT."
    assert "Biên bản không tiến hành được" in public(office, id)
    later = tablet.one(tablet.finding(site))
    assert (later["status"], later["code"]) == ("held", "after-issue")
    page = desk.opens(path(site))
    assert "Đoàn đến, không kiểm tra được" in page
    voids(desk, office, id)
    assert "đã có ảnh bản ký" not in desk.opens(path(site)), "nobody photographed the void paper"
    assert issues(desk, site, "not_carried_out") != id


def test_minutes_alone_end_a_planned_inspection_as_not_carried_out(
    office: Office, desk: Desk, site: Site, tablet: Wire
) -> None:
    evidence(tablet, site)
    attempt = {"cause": "refused", "at": "2021-08-05T08:30:00+07:00", "no_witness_reason": "xã không cử được người"}
    said = {"reason": "Chủ cơ sở không mở cửa", "attempt": attempt}
    assert (
        tablet.one(tablet.op("inspection", site.inspection, "patch", site.scope, said, base_rev=1))["status"]
        == "applied"
    )
    issues(desk, site, "not_carried_out")
    assert state_of(office, "inspection", site.inspection)["status"] == "not_carried_out"


def test_the_same_form_sent_twice_issues_one_paper(office: Office, desk: Desk, site: Site, tablet: Wire) -> None:
    starts(tablet, site)
    page = desk.opens(path(site, "working"))
    first, second = (desk.sends(page, path(site, "working")) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert "phát hành từ trước" in desk.opens(path(site))
    assert len(register(office)) == 1


def test_what_changed_since_the_draft_was_read_is_shown_and_nothing_is_issued(
    office: Office, desk: Desk, site: Site, tablet: Wire
) -> None:
    starts(tablet, site)
    page = desk.opens(path(site, "inspection"))
    tablet.one(tablet.finding(site, set={"answer": "nonconforming"}))
    answer = desk.sends(page, path(site, "inspection"))
    assert answer.status_code == 409
    shown = answer.get_data(as_text=True)
    assert "chưa phát hành" in shown
    assert "không đạt 1" in shown
    assert register(office) == []
    assert desk.sends(shown, path(site, "inspection")).status_code == 303


def test_a_draft_is_read_first_and_carries_no_number(desk: Desk, site: Site, tablet: Wire) -> None:
    starts(tablet, site)
    answer = desk.client.get(path(site, "working") + "/draft.pdf")
    assert answer.mimetype == "application/pdf"
    with pdfplumber.open(io.BytesIO(answer.data)) as pdf:
        text = pdf.pages[0].extract_text()
    assert "BB-ĐKT" not in text
    assert "……" in text
    assert desk.client.get(path(site, "suspension_notice") + "/draft.pdf?signer=Ai").status_code == 400


@pytest.mark.parametrize("form", ["letter", "__class__"])
def test_no_such_paper(desk: Desk, site: Site, form: str) -> None:
    assert desk.client.get(path(site, form)).status_code == 404
    assert desk.client.get(path(site, form) + "/draft.pdf").status_code == 404


@pytest.mark.parametrize(
    "bad",
    [{"id": "x"}, {"seen": "-1"}, {"seen": "9" * 30}, {"id": ""}, {"signer": "Không Ai", "form": "suspension_notice"}],
)
def test_a_spoilt_form_is_refused_in_words(desk: Desk, site: Site, tablet: Wire, bad: dict[str, str]) -> None:
    starts(tablet, site)
    form = bad.get("form", "working")
    measures(tablet, site, "suspend", "2021-08-05T10:00:00+07:00")
    issues(desk, site, "working")
    given = {name: value for name, value in bad.items() if name != "form"}
    answer = desk.sends(desk.opens(path(site, form)), path(site, form), **given)
    assert answer.status_code == 400
    assert re.search(r"không đầy đủ|không có trong danh sách", answer.get_data(as_text=True))


def test_an_id_of_another_paper_is_refused(desk: Desk, site: Site, tablet: Wire) -> None:
    starts(tablet, site)
    taken = issues(desk, site, "announcement")
    answer = desk.sends(desk.opens(path(site, "working")), path(site, "working"), id=taken)
    assert answer.status_code == 409
    assert "đã dùng cho văn bản khác" in answer.get_data(as_text=True)


def test_what_may_not_be_issued_now_says_why_on_its_page_too(desk: Desk, site: Site) -> None:
    page = desk.opens(path(site, "inspection"))
    assert "Cuộc kiểm tra đang ở trạng thái “Đã lên kế hoạch”." in page
    assert "Phát hành</button>" not in page
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert csrf is not None
    answer = desk.client.post(path(site, "inspection"), data={"csrf_token": csrf[1], "id": str(uuid4()), "seen": "0"},
                              headers={"Referer": "https://localhost/"})  # fmt: skip
    assert answer.status_code == 409


def test_a_department_without_a_series_for_notices_is_told(
    office: Office, desk: Desk, site: Site, tablet: Wire
) -> None:
    starts(tablet, site)
    measures(tablet, site, "suspend", "2021-08-05T10:00:00+07:00")
    issues(desk, site, "working")
    house = state_of(office, "organisation", office.organisation_id)
    state = {**house, "series": house["series"][:1]}
    office.records("organisation", "agency", state, id=office.organisation_id)
    assert blocked(desk, site)["Thông báo tạm dừng"] == "Cơ quan này chưa mở sổ số thông báo."


def test_inspectors_see_no_desk(office: Office, site: Site) -> None:
    clerk = Desk(office.app.test_client()).signs_in(office.hires("clerk"))
    assert "Lập văn bản tại cơ quan" not in clerk.opens(path(site))
    assert clerk.client.get(path(site, "working")).status_code == 403
