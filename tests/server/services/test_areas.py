"""Communes with their validity: a code may name two units in two times."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from server.demo.load import read_data
from server.services import areas
from tests.builders import Office

NOW = datetime(2021, 1, 4, tzinfo=UTC)


@pytest.fixture
def registered(office: Office) -> int:
    data = read_data("areas-bac-giang.yaml")
    with office.transaction() as session:
        return areas.register(session, areas.read(data), actor="system", at=NOW)


def test_the_map_of_2021_has_10_districts_and_209_communes(registered: int, session: Session) -> None:
    old = [a for a in areas.every(session) if a.valid_from == "2021-01-01"]
    assert (len(old), len({a.district for a in old})) == (209, 10)
    assert len([a for a in areas.every(session) if a.valid_from == "2025-07-01"]) == 99
    assert registered == 308


@pytest.mark.usefixtures("registered")
def test_one_code_names_two_units_in_two_times(session: Session) -> None:
    before, after = (areas.on_day(session, "07210", day) for day in (date(2025, 6, 30), date(2025, 7, 1)))
    assert before is not None
    assert after is not None
    assert before.full_name == "Phường Hoàng Văn Thụ, Thành phố Bắc Giang, Tỉnh Bắc Giang"
    assert after.full_name == "Phường Bắc Giang, Bắc Ninh"
    assert areas.on_day(session, "07210", date(2020, 1, 1)) is None


@pytest.mark.usefixtures("registered")
def test_registering_again_writes_nothing(office: Office, session: Session) -> None:
    known = areas.every(session)
    with office.transaction() as writing:
        assert areas.register(writing, known, actor="system", at=NOW) == 0
