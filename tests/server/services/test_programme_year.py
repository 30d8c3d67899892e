"""The demo's whole year: campaigns of most activities, what arose, one that was withdrawn, all of it from the journal."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from server.db import documents
from server.demo import load, year
from server.services import journal, programme_board
from tests.builders import Office

NOW = datetime(2026, 11, 26, tzinfo=UTC)
TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def test_the_demo_year_has_campaigns_in_most_months_and_what_arose(office: Office, session: Session) -> None:
    with office.transaction() as writing:
        loaded = load.load(writing, at=NOW)
        year.fill(writing, loaded, at=NOW)
    assert len(loaded.campaigns) == len(documents.of_kind(session, "campaign")) == 17
    assert loaded.counts["establishments"] == len(documents.of_kind(session, "establishment"))
    assert loaded.counts["inspections"] == len(documents.of_kind(session, "inspection"))
    begun = {int(c.state["starts_on"][5:7]) for c in documents.of_kind(session, "campaign")}
    assert begun == {1, 3, 4, 5, 6, 7, 8, 9, 10, 12}
    assert programme_board.one(session, "BG-2021", "PS01", date(2021, 9, 10)).sites == 2
    assert programme_board.one(session, "BG-2021", "PS02", date(2021, 9, 10)).state == "withdrawn"
    assert journal.verify(session).is_whole
    for site in documents.of_kind(session, "establishment"):
        code = site.state["tax_code"]
        check = (10 - sum(int(d) * w for d, w in zip(code, TAX_WEIGHTS, strict=False)) % 11) % 10
        assert (site.state["name"].endswith("(DEMO)"), int(code[9]) != check) == (True, True)
