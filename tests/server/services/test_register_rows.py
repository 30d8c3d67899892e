"""The rows of establishments and instruments: equal to their documents after every change, and named when they are not."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.services import journal, ledger, register_rows
from tests.builders import AREA, Office
from tests.server.api.wire import Wire, new_id, site_of
from tests.server.pages.scene import NASTY


def site_row(database: Session, id: str) -> EstablishmentEntry:
    database.rollback()
    return database.get_one(EstablishmentEntry, id)


def changes(office: Office, kind: str, id: str, **fields: Any) -> None:
    """Change some fields of a document as the office does."""
    with office.transaction() as session:
        row = session.get_one(Document, (kind, id))
        area = fields.get("area_code")
        scope = f"area:{area}" if area else row.scope
        change = ledger.change(session, kind, id, scope, {**row.state, **fields}, actor="system")
        ledger.record(session, [change], datetime.now(UTC))


def whole(office: Office) -> bool:
    with office.transaction() as session:
        return journal.verify(session).is_whole


def test_a_row_says_what_the_document_says_and_follows_it(office: Office, database: Session) -> None:
    id = office.registers_establishment(name="Cửa hàng Đỗ Thị Lụa")
    row = site_row(database, id)
    assert (row.plain_name, row.area_code, row.tax_code, row.lines, row.site_id) == (
        "do lua thi", AREA, "2400123456", "|xăng dầu|", id,
    )  # fmt: skip
    assert "thon trai" in row.search
    assert "tran thi ban" in row.search
    changes(office, "establishment", id, name=NASTY, area_code="07216", tax_code="2400123456-001", business_lines=None)
    row = site_row(database, id)
    assert (row.area_code, row.tax_code, row.lines) == ("07216", "2400123456001", "")
    assert whole(office)


def test_an_instrument_row_knows_its_day_and_whether_it_stands_suspended(office: Office, database: Session) -> None:
    id = office.registers_instrument(office.registers_establishment())
    row = database.get_one(InstrumentEntry, id)
    assert (row.verified_until, row.is_suspended, row.type) == ("2022-01-31", False, "fuel_dispenser")
    assert "cot do xang dau tatsuno t1 a-1" in row.search
    changes(office, "instrument", id, verified_until="hết năm", suspensions=[{"measure_id": "x"}])
    database.rollback()
    row = database.get_one(InstrumentEntry, id)
    assert (row.verified_until, row.is_suspended) == ("", True)
    assert whole(office)


def test_rows_say_where_two_people_wrote_different_values(office: Office, database: Session) -> None:
    site = office.registers_establishment()
    owned = office.registers_instrument(site)
    rival = {"name": [{"op_id": "x", "value": "Tên khác", "actor": "system"}]}
    for conflicts in (rival, {}):
        changes(office, "establishment", site, conflicts=conflicts)
        changes(office, "instrument", owned, conflicts=conflicts)
        assert site_row(database, site).has_conflicts is bool(conflicts)
        assert database.get_one(InstrumentEntry, owned).has_conflicts is bool(conflicts)
    assert whole(office)


def test_what_a_tablet_adds_and_deletes_is_followed(office: Office, client: FlaskClient, database: Session) -> None:
    leader = office.hires("team_leader")
    site = site_of(office, leader)
    wire = Wire(client, office.enrols(leader))
    id, area = new_id(), f"area:{AREA}"
    said = {"establishment_id": site.establishment, "type": "weighing_instrument", "maker": "CAS", "model": "", "serial": "9",
            "year": 2020, "attributes": {}, "verified_until": "2021-12-31", "mark_serial": "", "certificate_number": "",
            "new_price": None}  # fmt: skip
    wire.push(wire.op("instrument", id, "create", area, said, parent=site.establishment))
    assert database.get_one(InstrumentEntry, id).verified_until == "2021-12-31"
    answer = wire.push(wire.op("instrument", id, "delete", area, {}, base_rev=1))
    assert answer["results"][0]["status"] == "applied", answer
    database.rollback()
    assert database.get(InstrumentEntry, id) is None
    assert whole(office)


def test_a_merged_establishment_is_stood_for_over_every_step_and_back(office: Office, database: Session) -> None:
    first, second, third = (office.registers_establishment(name=f"Cửa hàng {n}") for n in range(3))
    owned = office.registers_instrument(first)
    changes(office, "establishment", first, merged_into=second)
    changes(office, "establishment", second, merged_into=third)
    later = office.registers_instrument(first, area=AREA)
    assert [site_row(database, id).site_id for id in (first, second, third)] == [third] * 3
    assert [database.get_one(InstrumentEntry, id).site_id for id in (owned, later)] == [third] * 2
    assert whole(office)
    changes(office, "establishment", second, merged_into=None)
    assert [site_row(database, id).site_id for id in (first, second, third)] == [second, second, third]
    assert database.get_one(InstrumentEntry, owned).site_id == second
    changes(office, "establishment", first, merged_into=None)
    assert site_row(database, first).site_id == first
    assert database.get_one(InstrumentEntry, owned).site_id == first
    assert whole(office)


def test_rows_that_someone_changed_are_named_and_made_anew(office: Office) -> None:
    id = office.registers_establishment()
    lost = office.registers_establishment(name="Thứ hai")
    owned = office.registers_instrument(id)
    with office.transaction() as session:
        session.execute(text("UPDATE establishment_entry SET search = 'x' WHERE id = :id"), {"id": id})
        session.execute(text("DELETE FROM establishment_entry WHERE id = :id"), {"id": lost})
        session.execute(text("UPDATE instrument_entry SET id = 'nobody' WHERE id = :id"), {"id": owned})
    with office.transaction() as session:
        found = journal.verify(session).differences
        assert len(found) == 4, found
        assert any("nobody không có tài liệu" in each for each in found)
        register_rows.rebuild(session)
    assert whole(office)


@pytest.mark.postgresql_only("SQLite has one writer")
@pytest.mark.parametrize("late", ["establishment", "instrument", "new instrument"])
def test_what_is_written_while_another_commune_merges_stands_where_it_should(
    office: Office, database: Session, late: str
) -> None:
    """First was merged into second, in another commune; while second is merged into third, first or what it has is written."""
    first = office.registers_establishment(name="Cửa hàng 1")
    second, third = (office.registers_establishment(name=f"Cửa hàng {n}", area="07216") for n in (2, 3))
    owned = office.registers_instrument(first)
    changes(office, "establishment", first, merged_into=second)
    written = threading.Event()

    def writes() -> None:
        if late == "establishment":
            changes(office, "establishment", first, name="Cửa hàng đổi tên")
        elif late == "instrument":
            changes(office, "instrument", owned, serial="A-2")
        else:
            office.registers_instrument(first)
        written.set()

    thread = threading.Thread(target=writes)
    with office.transaction() as session:
        row = session.get_one(Document, ("establishment", second))
        state = {**row.state, "merged_into": third}
        change = ledger.change(session, "establishment", second, row.scope, state, actor="system")
        ledger.record(session, [change], datetime.now(UTC))
        thread.start()
        assert not written.wait(1), "the writer waits for the merger"
    thread.join()
    assert written.is_set()
    database.rollback()
    assert {site_row(database, id).site_id for id in (first, second, third)} == {third}
    assert set(database.scalars(select(InstrumentEntry.site_id))) == {third}
    assert whole(office)
