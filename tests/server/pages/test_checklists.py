"""/checklists: the published checklists in words, on a day, for those who review."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from checklists import catalog
from server.services import rules
from tests.builders import Office
from tests.server.pages.scene import Desk


def test_every_checklist_is_listed_and_opens(desk: Desk) -> None:
    listing = desk.opens("/checklists")
    for code in {checklist.code for checklist in catalog.load().all()}:
        assert f'href="/checklists/{code}"' in listing
    assert "không có danh mục kiểm tra hiện trường" in listing
    page = desk.opens("/checklists/orphan-source")
    for item in catalog.load().latest("orphan-source").sections[2].items:
        assert item.text.vi in page
    assert "kết luận của O09 là “không đạt”" in page


def test_a_day_picks_the_law_and_the_limits(desk: Desk) -> None:
    then, now = (desk.opens(f"/checklists/diagnostic-xray?on={year}-07-15") for year in (2021, 2026))
    assert "18/2008/QH12" in then
    assert "94/2025/QH15" not in then
    assert "94/2025/QH15" in now
    assert "/limits/dose-rate-public-2014" in then
    assert "/limits/dose-rate-public-2026" in now


def test_what_the_department_confirmed_is_shown(desk: Desk, office: Office) -> None:
    with office.transaction() as session:
        made = rules.confirm(session, "gi-lychee-brix", value="18.5", reviewed_by="Lê Soát", document="Bản mô tả CDĐL",
                             on=date(2021, 6, 1), now=datetime.now(UTC))  # fmt: skip
    page = desk.opens("/checklists/geographical-indication")
    assert made.version in page
    assert "18,5 °Bx" in page
    assert "Đã xác nhận bởi Lê Soát" in page


@pytest.mark.parametrize(("path", "status"), [("/checklists/moon", 404), ("/checklists/general?on=mai", 400)])
def test_what_is_not_there_gets_a_sentence(desk: Desk, path: str, status: int) -> None:
    answer = desk.client.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.get_data(as_text=True)


def test_an_inspector_has_no_business_here(office: Office) -> None:
    inspector = Desk(office.app.test_client()).signs_in(office.hires("inspector", "Lê Thị Kiểm"))
    assert inspector.client.get("/checklists").status_code == 403
