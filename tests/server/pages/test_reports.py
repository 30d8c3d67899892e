"""Reports in a browser without JavaScript: choosing, numbers that lead to inspections, files, and who sees what."""

from __future__ import annotations

import base64
import html
import io
import re
from urllib.parse import quote

import pypdfium2
import pytest
from docx import Document
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.builders import Office
from tests.server.casework import Casework, casework_of
from tests.server.counting import statements
from tests.server.pages.scene import NASTY, Desk

NOTHING = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def work(office: Office, client: FlaskClient) -> Casework:
    """A station with issued minutes, violations, an open requirement, and a decided case."""
    work = casework_of(office, client)
    work.opens()
    work.is_decided("12500000")
    return work


@pytest.fixture
def desk(work: Casework) -> Desk:
    """The supervisor's browser."""
    return Desk(work.office.app.test_client()).signs_in(work.scene.supervisor)


def report_of(work: Casework) -> str:
    return f"/reports/{work.scene.site.campaign}"


def test_an_empty_office_says_what_to_do(office: Office) -> None:
    desk = Desk(office.app.test_client()).signs_in(office.hires("supervisor", "Nguyễn Thanh Bình"))
    assert "Chưa có đợt kiểm tra nào" in desk.opens("/reports")
    page = desk.opens("/reports/2021-08")
    assert "Chưa có kết quả nào." in page
    assert "Không lấy mẫu." in page
    assert "<img" not in page
    assert desk.client.get("/reports/2021-08/report.docx").status_code == 200
    assert desk.client.get("/reports/2021-08/report.pdf").data.startswith(b"%PDF")


def test_a_campaign_is_chosen_from_the_list_and_from_its_board(work: Casework, desk: Desk) -> None:
    assert report_of(work) in desk.opens("/reports")
    assert report_of(work) in desk.opens(f"/follow-up/{work.scene.site.campaign}")
    page = desk.opens(report_of(work))
    assert "Kết quả kiểm tra nhà nước về đo lường trong kinh doanh xăng dầu" in page
    assert "12.500.000" in page
    assert "FU11: " in page


def test_each_number_leads_to_the_inspections_behind_it(work: Casework, desk: Desk) -> None:
    page = desk.opens(report_of(work))
    addresses = [html.unescape(found) for found in re.findall(r'href="([^"]+figure=[^"]+)"', page)]
    assert len(addresses) > 15
    for address in addresses:
        behind = desk.opens(address)
        assert f'href="{work.scene.path}"' in behind, address
        assert "1 cuộc kiểm tra" in behind


def test_charts_stand_in_the_page_with_their_words(work: Casework, desk: Desk) -> None:
    page = desk.opens(report_of(work))
    pictures = re.findall(r'<img class="chart" src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', page)
    assert len(pictures) == 5
    for data, alt in pictures:
        svg = base64.b64decode(data).decode()
        assert svg.startswith("<svg")
        assert "<script" not in svg
        assert alt.startswith("Biểu đồ")


def test_a_person_chooses_a_period(desk: Desk) -> None:
    answer = desk.client.get("/reports/choose?kind=quarter&year=2021&part=3")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reports/2021-Q3")
    assert "Kết quả hoạt động kiểm tra quý III năm 2021" in desk.opens("/reports/2021-Q3")
    refused = desk.opens("/reports/choose?kind=month&year=2021&part=13", 400)
    assert "từ 1 đến 12" in refused
    assert 'value="2021"' in refused
    assert "đứng trước ngày đầu" in desk.opens("/reports/choose?kind=range&first=2021-08-31&last=2021-08-02", 400)
    assert "Hãy chọn loại kỳ" in desk.opens("/reports/choose", 400)
    assert "Hãy chọn loại kỳ" in desk.opens(f"/reports/choose?kind=month&year={quote(NASTY)}&part={'9' * 500}", 400)


@pytest.mark.parametrize(
    "token", ["2021-13", "tháng 8", NOTHING, "2021-08-31_2021-08-02", quote(NASTY, safe=""), "x" * 900]
)
def test_a_forged_address_is_not_found(desk: Desk, token: str) -> None:
    for path in ("", "/inspections?figure=verdict:fail", "/report.docx", "/report.pdf"):
        assert desk.client.get(f"/reports/{token}{path}").status_code == 404


def test_a_forged_figure_lists_nothing(work: Casework, desk: Desk) -> None:
    for figure in ("", ":::", "no:such", NASTY, "9" * 5000):
        page = desk.opens(f"{report_of(work)}/inspections?figure={quote(figure)}&said={quote(NASTY)}&page=-1")
        assert "Không có cuộc kiểm tra nào của số liệu này" in page
        assert "<script>alert" not in page
    assert "1 cuộc kiểm tra" in desk.opens(f"{report_of(work)}/inspections?figure=inspections&page=99")


def test_another_team_finds_nothing_and_its_period_is_empty(work: Casework) -> None:
    stranger = Desk(work.office.app.test_client()).signs_in(work.office.hires("inspector", "Người Đoàn Khác"))
    assert report_of(work) not in stranger.opens("/reports")
    for path in ("", "/inspections?figure=inspections", "/report.docx", "/report.pdf"):
        assert stranger.client.get(report_of(work) + path).status_code == 404
    assert "Chưa có kết quả nào." in stranger.opens("/reports/2021")
    assert "Không có cuộc kiểm tra nào" in stranger.opens("/reports/2021/inspections?figure=inspections")


def test_only_supervisors_read_of_cases(work: Casework) -> None:
    for role in ("clerk",):
        clerk = Desk(work.office.app.test_client()).signs_in(work.office.hires(role, "Vũ Thị Văn"))
        page = clerk.opens(report_of(work))
        assert "Xử lý vi phạm hành chính" not in page
        assert "12.500.000" not in page
        assert "Không có cuộc kiểm tra nào" in clerk.opens(f"{report_of(work)}/inspections?figure=fined")
        text = "\n".join(
            p.text for p in Document(io.BytesIO(clerk.client.get(f"{report_of(work)}/report.docx").data)).paragraphs
        )
        assert "Xử lý vi phạm hành chính" not in text
    member = Desk(work.office.app.test_client()).signs_in(work.scene.member)
    assert "Xử lý vi phạm" not in member.opens(report_of(work))


def test_tables_are_exported(work: Casework, desk: Desk) -> None:
    page = desk.opens(report_of(work))
    path = html.unescape(re.findall(r'href="([^"]+table=domains[^"]+xlsx)"', page)[0])
    answer = desk.client.get(path)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=bao-cao-domains-")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:4] == ["Lĩnh vực", "Đã kiểm tra", "Đạt", "%"]
    assert rows[1][0] == "Kinh doanh xăng dầu"
    assert [float(str(value)) for value in rows[1][1:]] == [1, 0, 0, 1, 100, 0, 0]
    csv = desk.client.get(path.replace("xlsx", "csv")).data.decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("Kinh doanh xăng dầu;1;0;0,0;1;100,0")
    assert "<h1>" in desk.opens(f"{report_of(work)}?table=no-such&export=xlsx")


def test_word_and_pdf_say_the_same(work: Casework, desk: Desk) -> None:
    word = desk.client.get(f"{report_of(work)}/report.docx")
    assert word.headers["Content-Type"].endswith("wordprocessingml.document")
    document = Document(io.BytesIO(word.data))
    text = "\n".join(p.text for p in document.paragraphs)
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    pdf = pypdfium2.PdfDocument(desk.client.get(f"{report_of(work)}/report.pdf").data)
    printed = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    squeezed = re.sub(r"\s+", "", printed)
    for said in ("Thực hiện Quyết định số 123/QĐ-SKHCN ngày 26/7/2021 của Giám đốc, Đoàn kiểm tra đã tiến hành kiểm tra",
                 "Người lập báo cáo ghi nhận xét, đánh giá chung", "Yêu cầu, kiến nghị đối với cơ sở".upper()):  # fmt: skip
        assert said in text
        assert re.sub(r"\s+", "", said) in squeezed
    for said in (
        "UBND TỈNH BẮC GIANG",
        "12.500.000",
        "Kiểm định lại vòi 1 trước khi sử dụng",
        "Chưa thực hiện, quá hạn",
        "Cửa hàng xăng dầu số 1",
    ):
        assert said in cells
        assert re.sub(r"\s+", "", said) in squeezed


def test_a_report_of_many_asks_as_often_as_one_of_few(work: Casework, desk: Desk) -> None:
    def asked() -> int:
        with statements(work.office.app) as found:
            desk.opens(report_of(work))
        return len(found)

    desk.opens(report_of(work))
    few = asked()
    for number in range(12):
        site = work.office.registers_establishment(name=f"Cơ sở {number}")
        work.office.registers_instrument(site)
        work.office.plans_inspection(work.scene.site.campaign, site, work.scene.leader)
    assert asked() == few
