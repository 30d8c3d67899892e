"""Acceptance 9: minutes are printed and signed, then the tablet is destroyed: the paper alone is proof and enters the register."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.errors import Problem
from server.security.keys import server_key
from server.services import minutes, numbers
from server.settings import Settings
from tests.builders import Office
from tests.journeys.field import SERIES, department, now, paper_of, qr, team_of


def test_acceptance_9_the_paper_of_a_destroyed_tablet(
    office: Office, client: FlaskClient, database: Session, settings: Settings, tmp_path: Path
) -> None:
    team = team_of(department(office), 2)
    tablet, year = team.tablet(), now().year
    tablet.leases_numbers(SERIES, year, 5)
    paper = paper_of(tablet, team.finishes(tablet, team.inspections[0]))
    code, canonical = qr(paper["cose"]), json.loads(paper["canonical"])
    establishment = tablet._state("inspection", team.inspections[0])["establishment_id"]
    lease, device = tablet.leases[0], tablet.device["id"]
    del tablet  # into the reservoir, with everything that was not sent

    (tmp_path / "keys.json").write_bytes(client.get("/.well-known/minutes-keys.json").get_data())
    run = office.app.test_cli_runner().invoke
    found = run(args=["minutes", "verify", code, "--keys", str(tmp_path / "keys.json"), "--json"])
    assert found.exit_code == 0, found.output
    said = json.loads(found.output)
    claims = said["claims"]
    assert (said["outcome"], claims["series"], claims["year"], claims["number"]) == ("valid", SERIES, year, 1)
    assert (claims["establishment"], claims["issued_at"][:16]) == (establishment, canonical["issued_at"][:16])

    page = f"/M/{code.rsplit('/', 1)[-1]}"
    assert "Chưa vào sổ" in client.get(page).get_data(as_text=True)
    made = run(args=["minutes", "register-paper", code, "--reason", "Máy rơi xuống hồ, bản giấy ở đoàn", "--json"])
    assert json.loads(made.output) == {"number": f"01/{SERIES}", "status": "lost"}
    assert "theo bản giấy" in client.get(page).get_data(as_text=True)
    row = numbers.register(database, SERIES, year)[0]
    assert (row.number, row.status, row.reason) == (1, "lost", "Máy rơi xuống hồ, bản giấy ở đoàn")

    assert run(args=["minutes", "register-paper", code, "--reason", "lần hai"]).exit_code == 1
    with pytest.raises(Problem, match="đã phát hành"), office.transaction() as session:
        numbers.void(session, SERIES, year, 1, "Thử", now())
    void = run(args=["tablets", "revoke", device, "--reason", "Máy rơi xuống hồ"])
    assert void.exit_code == 0, void.output
    with office.transaction() as session:
        id = minutes.issue(session, team.inspections[1], "inspection", actor=team.leader.id,
                           key=server_key(settings.instance), now=now() + timedelta(seconds=1))  # fmt: skip
        assert minutes.as_issued(session, id)["number"] == lease["to"] + 1
    again = team.tablet(kit=office.enrols(team.leader, "Máy thay thế"))
    again.leases_numbers(SERIES, year, 5)
    assert again.leases[0]["from"] == lease["to"] + 2
