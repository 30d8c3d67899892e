"""Acceptance 7: two tablets issue forty minutes in the same hour without a network, from two leases of one series."""

from __future__ import annotations

import json
from collections import Counter

from sqlalchemy.orm import Session

from server.services import numbers
from sync import seal
from tests.builders import Office
from tests.journeys.field import FINAL, SERIES, department, now, paper_of, qr, team_of

EACH, LEASED = 20, 50


def test_acceptance_7_numbers_with_no_network(office: Office, database: Session) -> None:
    department(office)
    year = now().year
    teams = [team_of(office, EACH, name) for name in ("Trần Văn Trưởng", "Phạm Thị Đoàn")]
    tablets = [team.tablet() for team in teams]
    for tablet in tablets:
        tablet.leases_numbers(SERIES, year, LEASED)
    assert [(t.leases[0]["from"], t.leases[0]["to"]) for t in tablets] == [(1, 50), (51, 100)]

    papers = []
    for n in range(EACH):  # turn about, offline
        for team, tablet in zip(teams, tablets, strict=True):
            papers.append((tablet, team.finishes(tablet, team.inspections[n])))
    printed = [json.loads(paper_of(tablet, id)["canonical"])["number"]["text"] for tablet, id in papers]
    assert sorted(printed) == sorted(seal.number_text(n, SERIES) for n in [*range(1, 21), *range(51, 71)])

    for tablet in reversed(tablets):
        assert {result["status"] for result in tablet.pushes()} <= FINAL
        tablet.pulls()
    keys = tablets[0]._ask("GET", "/.well-known/minutes-keys.json", {}).body
    for tablet, id in papers:
        state = paper_of(tablet, id)
        assert state["status"] == "issued"
        assert seal.verify_offline(qr(state["cose"]), keys, state["canonical"]).outcome is seal.Outcome.VALID

    first, second = (tablet.leases[0] for tablet in tablets)
    back = tablets[0]._json("POST", f"/leases/{first['id']}/return", {"first_unused": 21})["returned"]
    assert back == list(range(21, 51))
    with office.transaction() as session:  # the other tablet's rest is crossed out
        for number in range(71, second["to"] + 1):
            numbers.void(session, SERIES, year, number, "Hết đợt kiểm tra, máy đã thu về", now())
    rows = numbers.register(database, SERIES, year)
    assert Counter(row.status for row in rows) == {"issued": 40, "returned": 30, "void": 30}
    assert {row.minutes_id for row in rows if row.status == "issued"} == {id for _, id in papers}
    assert {row.reason for row in rows if row.status == "void"} == {"Hết đợt kiểm tra, máy đã thu về"}
    said = office.app.test_cli_runner().invoke(
        args=["numbers", "register", "--series", SERIES, "--year", str(year), "--json"]
    )
    assert json.loads(said.output)["gaps"] == []
