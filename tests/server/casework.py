"""A violation case in tests: a station whose signed minutes list violations, and the acts that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient

from server.security.keys import server_key
from server.services import case_view, cases, minutes
from tests.builders import Office
from tests.server.pages.scene import Scene, scene_of

ISSUED = datetime(2026, 11, 20, 3, tzinfo=UTC)
"""A Friday, 10:00 in Vietnam."""
NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)


@dataclass
class Casework:
    """The scene, and the case once it is opened."""

    scene: Scene
    id: str = field(default="")

    @property
    def office(self) -> Office:
        """The department."""
        return self.scene.office

    def issues(self, form: str = "inspection", *, at: datetime = ISSUED, amends: str | None = None) -> str:
        """Issue minutes at a time."""
        with self.office.transaction() as session:
            key = server_key(self.office.app.config["SETTINGS"].instance)
            return minutes.issue(session, self.scene.site.inspection, form, actor=self.scene.leader.id, key=key, now=at,
                                 amends=amends)  # fmt: skip

    def opens(self, reason: str = "Vòi bơm vượt sai số", *, another: bool = False, now: datetime = NOW) -> str:
        """Open the case."""
        with self.office.transaction() as session:
            self.id = cases.opened(session, self.scene.site.inspection, reason, another=another,
                                   actor=self.scene.supervisor.id, now=now)  # fmt: skip
        return self.id

    def acts(self, act: str, /, **typed: str) -> None:
        """Do one act on what stands there."""
        with self.office.transaction() as session:
            seen = str(cases.existing(session, self.id).rev)
            cases.act(session, self.id, act, typed, seen=seen, actor=self.scene.supervisor.id, now=NOW)

    def sees(self) -> case_view.Page:
        """Read the case whole."""
        with self.office.transaction() as session:
            return case_view.page(session, self.id, NOW.date())

    @property
    def state(self) -> Mapping[str, Any]:
        """What the case says now."""
        return self.sees().state

    def is_drafted(self) -> None:
        """Name the drafter and enter the violation report."""
        self.acts("drafter", user=self.scene.leader.id, title="Trưởng đoàn", authority="Quyết định 123/QĐ-SKHCN")
        self.acts("report", number="01/BB-VPHC", on="2026-11-24")

    def is_decided(self, amount: str = "") -> None:
        """Enter a decision, too."""
        self.is_drafted()
        self.acts("decision", number="45/QĐ-XPHC", on="2026-11-25", signer="Nguyễn Thanh Bình", signer_title="Giám đốc",
                  amount=amount)  # fmt: skip


def casework_of(office: Office, client: FlaskClient, *, issued: bool = True) -> Casework:
    """Set it up: FU11 and a dispenser's seals (FU13) do not conform; its new price is known."""
    work = Casework(scene_of(office, client, issued=False))
    site, tablet = work.scene.site, work.scene.tablet
    seals = tablet.finding(
        site, "FU13", set={"answer": "nonconforming", "subject_id": site.instrument, "note": "Mất chì"}
    )
    assert tablet.one(seals)["status"] == "applied"
    if issued:
        work.issues()
    return work
