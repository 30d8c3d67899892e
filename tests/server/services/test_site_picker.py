"""Choosing establishments: overdue verification first, by area, line and words without diacritics, in pages."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from server.demo.load import read_data
from server.services import areas, establishment_register, site_picker
from server.services.site_picker import Filter
from tests.builders import Office
from tests.server.services.plans import NOW, site

ON = date(2021, 8, 2)


def names(session: Session, **args: str) -> list[str]:
    return [row.name for row in site_picker.page(session, Filter.of(args), ON).rows]


def test_the_longest_overdue_stand_on_top_then_names_in_order(office: Office, session: Session) -> None:
    for name, due in (
        ("Ân", "2022-01-01"),
        ("Anh", ""),
        ("Bình", "2021-08-01"),
        ("Đức", "2020-01-31"),
        ("Dũng", "2021-08-02"),
    ):
        site(office, name, due=due)
    assert names(session) == ["Đức", "Bình", "Anh", "Ân", "Dũng"]
    assert names(session, overdue="1") == ["Đức", "Bình"]
    first = site_picker.page(session, Filter.of({}), ON).rows[0]
    assert (first.overdue_since, first.overdue) == ("2020-01-31", 1)


def test_filters_by_area_district_line_and_words(office: Office, session: Session) -> None:
    with office.transaction() as inside:
        areas.register(inside, areas.read(read_data("areas-bac-giang.yaml")), actor="system", at=NOW)
    site(office, "Tiệm vàng Bảo Ngọc", area="07213", line="mua bán vàng")
    site(office, "Cửa hàng Lục Nam", area="07444")
    assert names(session, area="07444") == ["Cửa hàng Lục Nam"]
    district = next(d for d, communes in site_picker.districts(session, ON).items() if "07213" in dict(communes))
    assert names(session, area=f"d:{district}") == ["Tiệm vàng Bảo Ngọc"]
    assert names(session, area="d:nowhere") == []
    assert establishment_register.lines(session) == ["mua bán vàng", "xăng dầu"]
    assert names(session, line="Mua bán  vàng") == ["Tiệm vàng Bảo Ngọc"]
    assert names(session, q="luc nam") == ["Cửa hàng Lục Nam"]
    assert names(session, q="100%") == names(session, q="_") == names(session, line="%") == []


def test_pages_hold_fifty_and_all_takes_what_matches(office: Office, session: Session) -> None:
    ids = [site(office, f"Cửa hàng {n:03d}") for n in range(53)]
    page = site_picker.page(session, Filter.of({"page": "9"}), ON)
    assert (page.page, page.pages, page.total, len(page.rows)) == (2, 2, 53, 3)
    assert site_picker.all_ids(session, Filter.of({}), ON) == ids
    assert [r.id for r in site_picker.rows_of(session, ids[:2], ON)] == ids[:2]
