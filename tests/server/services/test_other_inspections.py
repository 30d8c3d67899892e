"""Other agencies' inspections: read row by row, all or nothing, once, struck out with a reason, and they count."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from server.errors import Problem
from server.services import journal, other_inspections, repeat_inspections, repeat_list, tables
from server.services.tables import TableError
from tests.builders import Office
from tests.server.services.plans import NOW, site

HEADER = "Mã số thuế;Tên cơ sở;Cơ quan kiểm tra;Nội dung;Từ ngày;Đến ngày;Số quyết định\n"
GOOD = "2400123401;Cửa hàng A;Cục Quản lý thị trường;Kinh doanh xăng dầu;10/3/2021;11/3/2021;77/QĐ-QLTT\n"


def read(session: Session, rows: str, header: str = HEADER) -> other_inspections.Report:
    return other_inspections.read(session, tables.of_bytes((header + rows).encode(), "x.csv"))


def brings(office: Office, rows: str) -> int:
    with office.transaction() as session:
        return other_inspections.add(session, read(session, rows), "ds.csv", actor="u1", now=NOW)


def test_a_list_comes_in_once_and_counts_for_every_branch(office: Office, session: Session) -> None:
    a, branch, other = (
        site(office, "A", "2400123401"),
        site(office, "A2", "2400123401-002"),
        site(office, "B", "2400123402"),
    )
    assert (brings(office, GOOD), brings(office, GOOD)) == (1, 0)
    found = repeat_inspections.earlier(session, [a, branch, other], 2021)
    assert set(found) == {a, branch}
    assert found[a][0].line == (
        "Cục Quản lý thị trường: Kinh doanh xăng dầu, Cửa hàng A, 10/03/2021 đến 11/03/2021, quyết định số 77/QĐ-QLTT"
    )
    assert repeat_inspections.earlier(session, [a], 2020) == {}
    assert journal.verify(session).is_whole


def test_a_row_struck_out_counts_no_more_and_stays(office: Office, session: Session) -> None:
    a = site(office, "A", "2400123401")
    brings(office, GOOD)
    (row,) = other_inspections.of_year(session, 2021)

    def strikes(id: str, reason: str) -> None:
        with office.transaction() as inside:
            other_inspections.strike(inside, id, reason, actor="u1", now=NOW)

    for id, reason in ((row["id"], " "), (row["id"], "x" * 501), ("forged", "Nhầm")):
        with pytest.raises(Problem):
            strikes(id, reason)
    strikes(row["id"], "Nhầm đơn vị")
    with pytest.raises(Problem, match="đã được gạch"):
        strikes(row["id"], "Lần nữa")
    session.rollback()
    assert repeat_inspections.earlier(session, [a], 2021) == {}
    assert other_inspections.of_year(session, 2021)[0]["struck"]["reason"] == "Nhầm đơn vị"
    assert brings(office, GOOD) == 1  # the right row may come again


def test_every_fault_is_named_with_its_row_and_nothing_is_written(office: Office, session: Session) -> None:
    report = read(
        session, GOOD + "123;;QLTT;=1+1;31/2/2021;;\n" + GOOD + f"2400123402;{'x' * 501};Q;N;2021-05-02;2021-05-01;\n"
    )
    assert {(e.row, e.column) for e in report.errors} == {
        (3, "Mã số thuế"), (3, "Tên cơ sở"), (3, "Nội dung"), (3, "Từ ngày"), (4, "Mã số thuế"), (5, "Tên cơ sở"), (5, "Đến ngày"),
    }  # fmt: skip
    with pytest.raises(Problem, match="7 lỗi"):
        brings(
            office,
            GOOD + "123;;QLTT;=1+1;31/2/2021;;\n" + GOOD + f"2400123402;{'x' * 501};Q;N;2021-05-02;2021-05-01;\n",
        )
    assert other_inspections.of_year(session, 2021) == []


def test_a_file_without_its_headings_or_rows_gets_one_sentence(session: Session) -> None:
    with pytest.raises(TableError, match="Không thấy dòng tiêu đề"):
        read(session, GOOD, header="")
    with pytest.raises(TableError, match="không có dòng dữ liệu"):
        read(session, "")


def test_headings_may_stand_below_a_title_and_in_other_words(session: Session, tmp_path: Path) -> None:
    report = read(session, "CTY A;2400123401;QLTT;Xăng dầu;2021-03-10\n", "Danh sách 2021;;;;\nTên doanh nghiệp;MST;Đơn vị kiểm tra;Lĩnh vực;Ngày kiểm tra\n")  # fmt: skip
    assert (report.errors, report.fresh[0]["began_on"]) == ([], "2021-03-10")


def test_the_warning_list_names_what_lacks_a_basis_and_never_refuses(office: Office, session: Session) -> None:
    leader = office.hires("team_leader")
    a, b, once = site(office, "A", "2400123401"), site(office, "B", "2400123402"), site(office, "C", "2400123403")
    office.opens_campaign(leader, establishments=[a, b, once])
    basis = {"establishment_id": b, "text": "Đơn tố cáo", "document": "Phiếu 1", "seen": [], "by": "u1", "at": ""}
    office.opens_campaign(
        leader, establishments=[a, b], starts_on="2021-09-01", ends_on="2021-09-30", repeat_bases=[basis]
    )
    found = repeat_list.listing(session, 2021)
    assert [(e.name, e.is_odd, len(e.seen), list(e.bases)) for e in found] == [
        ("A", True, 2, []),
        ("B", False, 2, [("Đơn tố cáo", "Phiếu 1")]),
    ]
    assert repeat_list.listing(session, 2022) == []
