"""The figures of reports: what one inspection counts for, per cents that sum to 100, and a second count from the journal."""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from docx import Document
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from server.db.users import User
from server.printing import report_docx
from server.services import exports, ledger, report_scope, report_totals, reports, suspensions
from server.services.report_figures import Examined, Sampled, counted, shares
from tests.builders import AREA, Office, Person
from tests.server.casework import casework_of
from tests.server.services import journal_count

Row = tuple[str, str, str, dict[str, Any]]
"""A document: kind, id, parent, state."""
TODAY = date(2026, 4, 20)
LISTS = ("fuel-dispenser", "gold-jewellery", "diagnostic-xray")
STATUSES = ("planned", "in_progress", "issued", "returned", "approved", "approved", "not_carried_out")


@given(st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=6))
def test_per_cents_sum_to_a_hundred(parts: list[int]) -> None:
    written = shares(parts)
    if not sum(parts):
        assert written == [""] * len(parts)
        return
    assert sum(int(each.replace(",", "")) for each in written) == 1000
    for part, each in zip(parts, written, strict=True):
        assert abs(int(each.replace(",", "")) - 1000 * part / sum(parts)) < 1


def test_thirds_are_told_apart_by_a_tenth() -> None:
    assert shares([1, 1, 1]) == ["33,4", "33,3", "33,3"]
    assert shares([2, 0, 0]) == ["100,0", "0,0", "0,0"]


def examined(**more: Any) -> Examined:
    """An approved inspection of a day in August."""
    said: dict[str, Any] = {"id": "a", "campaign_id": "c", "establishment_id": "e", "state": {"status": "approved"}, "on": date(2021, 8, 5),
             "domain": "fuel_retail", "commune": AREA, "types": {"i": "fuel_dispenser"}}  # fmt: skip
    return Examined(**said | more)


def finding(
    item: str = "FU14", answer: str | None = "conforming", subject: str | None = "i", **more: Any
) -> dict[str, Any]:
    return {"checklist": "fuel-dispenser", "item": item, "subject_id": subject, "answer": answer, **more}


def test_an_instrument_turns_out_as_bad_as_its_worst_result() -> None:
    found = counted(examined(findings=[finding(), finding(ordinal=1, answer="nonconforming"), finding("FU15")]), TODAY)
    assert found["instrument", "fuel_dispenser", "fail"] == 1
    assert found["item", "fuel-dispenser", "FU14", "fail"] == 1
    assert found["item", "fuel-dispenser", "FU14", "pass"] == 0
    assert found["item", "fuel-dispenser", "FU15", "pass"] == 1
    assert found["breach", "fuel-dispenser", "FU14"] == 1
    assert found["month", "2021-08", "fail"] == 1


def test_what_nobody_judged_and_what_was_voided_does_not_count() -> None:
    silent = [finding(answer=None), finding("FU15", answer="not_checked"), finding("FU16", answer="not_applicable"),
              finding("FU11", answer="nonconforming", subject=None, voided={"reason": "nhầm"})]  # fmt: skip
    found = counted(examined(findings=silent), TODAY)
    assert found["verdict", "inconclusive"] == 1
    assert not [key for key in found if key[0] in {"item", "instrument", "breach"}]


def test_an_unconfirmed_limit_leaves_a_measurement_inconclusive_whatever_was_ticked() -> None:
    measured = finding(computed={"verdict": "inconclusive"})
    assert counted(examined(findings=[measured]), TODAY)["item", "fuel-dispenser", "FU14", "inconclusive"] == 1


def test_only_what_minutes_ended_has_results_but_acts_count_at_once() -> None:
    begun = examined(state={"status": "in_progress"}, findings=[finding()], suspensions=["m"], standing=frozenset({"m"}),
                     samples=[Sampled("to_send", True, ())])  # fmt: skip
    found = counted(begun, TODAY)
    assert found["inspections",] == found["suspensions_standing",] == found["samples_late",] == 1
    assert ("verdict", "pass") not in found


def test_a_requirement_is_overdue_from_the_day_after() -> None:
    asked = examined(requirements=[{"state": "open", "due_on": "2026-04-20"}, {"state": "done", "due_on": "2026-01-01"},
                                   {"state": "open", "due_on": None}])  # fmt: skip
    assert counted(asked, date(2026, 4, 20))["requirements_overdue",] == 0
    assert counted(asked, date(2026, 4, 21))["requirements_overdue",] == 1


# -- the same figures straight from the journal


def said(session: Session, token: str, person: Person) -> Counter[str]:
    """What the report says, as its addresses write the figures."""
    user = session.get_one(User, person.id)
    found = report_totals.summary(session, report_scope.read(token), user, TODAY)
    return Counter({report_totals.SEPARATOR.join(key): n for key, n in found.totals.sums.items()})


def test_figures_equal_a_count_straight_from_the_journal(office: Office, client: FlaskClient) -> None:
    work = casework_of(office, client)
    work.opens()
    work.is_decided("12500000")
    campaign, supervisor = work.scene.site.campaign, work.scene.supervisor
    with office.transaction() as session:
        found = said(session, campaign, supervisor)
        assert found == journal_count.counted(session, TODAY, campaign=campaign)
        assert found["fined"] == 12_500_000
        assert found["requirements_overdue"] == 1
        assert said(session, "2021-08", supervisor) == found
        assert not said(session, "2021-09", supervisor)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_of_generated_campaigns_equal_the_count_from_the_journal(office: Office, seed: int) -> None:
    made = Generated(office, random.Random(seed))
    campaigns = [made.campaign(n) for n in range(3)]
    made.changes_its_mind()
    supervisor = office.hires("supervisor", "Nguyễn Thanh Bình")
    periods = {"2026": ("2026-01-01", "2026-12-31"), "2026-Q1": ("2026-01-01", "2026-03-31"), "2026-H2": ("2026-07-01", "2026-12-31"),
               "2026-02": ("2026-02-01", "2026-02-28"), "2026-02-10_2026-03-09": ("2026-02-10", "2026-03-09")}  # fmt: skip
    with office.transaction() as session:
        for campaign in campaigns:
            assert said(session, campaign, supervisor) == journal_count.counted(session, TODAY, campaign=campaign)
        for token, (first, last) in periods.items():
            assert said(session, token, supervisor) == journal_count.counted(session, TODAY, first=first, last=last)
        whole = said(session, "2026", supervisor)
        assert sum((said(session, f"2026-{month:02d}", supervisor) for month in range(1, 13)), Counter()) == whole
        assert (
            min(whole["rechecks"], whole["suspensions_ended"], whole["suspensions_standing"], whole["samples_late"]) > 0
        )
        _every_number_leads_to_its_inspections(session, supervisor, whole)


def _every_number_leads_to_its_inspections(session: Session, person: Person, whole: Counter[str]) -> None:
    user, scope = session.get_one(User, person.id), report_scope.read("2026")
    for figure in random.Random(7).sample(sorted(whole), 8):
        assert report_totals.behind(session, scope, figure, 1, user, TODAY).count == whole[figure]
    assert report_totals.behind(session, scope, "no:such:figure", 1, user, TODAY).total == 0


COUNTED = {"Cuộc kiểm tra theo kế hoạch": "inspections", "Đã kiểm tra": "carried_out", "Đang kiểm tra": "status:in_progress",
           "Chưa kiểm tra": "status:planned", "Không thực hiện được": "status:not_carried_out",
           "Trong tổng số: kiểm tra lại": "rechecks"}  # fmt: skip
VERDICTS = {"Đạt": "pass", "Không đạt": "fail", "Chưa kết luận": "inconclusive"}


def test_word_and_excel_files_say_what_the_journal_says(office: Office) -> None:
    made = Generated(office, random.Random(4))
    campaign = made.campaign(0)
    supervisor = office.hires("supervisor", "Nguyễn Thanh Bình")
    with office.transaction() as session:
        journal = journal_count.counted(session, TODAY, campaign=campaign)
        user, scope = session.get_one(User, supervisor.id), report_scope.read(campaign)
        report = reports.made(session, scope, user, TODAY, with_annexes=True)
        in_word = [[[c.text for c in row.cells] for row in table.rows]
                   for table in Document(io.BytesIO(report_docx.write(report))).tables]  # fmt: skip
        progress = next(rows for rows in in_word if rows[0][0] == "Chỉ tiêu")
        assert {title: int(number) for title, number, _ in progress[1:] if title in COUNTED} == {
            title: journal[key] for title, key in COUNTED.items()
        }
        by_domain = next(rows for rows in in_word if rows[0][0] == "Lĩnh vực")
        domains = reports.table_of(report, "domains")
        assert domains is not None
        in_excel = sheet(reports.listed(report, domains, scope))
        for rows in (by_domain, in_excel):
            for title, verdict in VERDICTS.items():
                place = rows[0].index(title)
                counted_by_hand = sum(n for key, n in journal.items() if re.fullmatch(f"domain:[^:]+:{verdict}", key))
                assert sum(int(row[place]) for row in rows[1:]) == counted_by_hand
            assert sum(int(row[1]) for row in rows[1:]) == journal["carried_out"] > 0


def sheet(listed: Any) -> list[list[Any]]:
    """Read the first sheet of a list's workbook."""
    file = io.BytesIO()
    exports.write(listed, "xlsx", file, datetime.now(UTC))
    return [[cell.value for cell in row] for row in load_workbook(file).worksheets[0].iter_rows()]


class Generated:
    """A department's year, drawn: what tablets and office might have written, through the ledger."""

    def __init__(self, office: Office, draw: random.Random) -> None:
        self.office, self.draw, self.leader = office, draw, office.hires("team_leader", "Trần Văn Trưởng")
        self.findings: list[Row] = []
        area = {"code": AREA, "name": "Xã Song Mai", "district": None, "province": "Tỉnh Bắc Ninh", "valid_from": "2025-07-01",
                "valid_to": None}  # fmt: skip
        office.records("area", f"area:{AREA}", area)

    def uuid(self) -> str:
        return str(UUID(int=self.draw.getrandbits(128), version=4))

    def campaign(self, number: int) -> str:
        code = LISTS[number % len(LISTS)]
        campaign = self.office.opens_campaign(self.leader, checklists=[code])
        for _ in range(4):
            site = self.office.registers_establishment(AREA if self.draw.random() < 0.7 else "07999")
            instruments = [
                self.office.registers_instrument(site, self.draw.choice(["nozzle", "weighing_instrument"]))
                for _ in range(2)
            ]
            first = self.visit(campaign, site, code, instruments, None)
            if self.draw.random() < 0.5 or number == 0:
                self.visit(campaign, site, code, instruments, first)
        return campaign

    def visit(self, campaign: str, site: str, code: str, instruments: list[str], follows: str | None) -> str:
        draw, id = self.draw, self.office.plans_inspection(campaign, site, self.leader, (code, "general"))
        planned = date(2026, 1, 5) + timedelta(days=draw.randrange(200))
        began = f"{planned}T08:00:00+07:00"
        status = "approved" if follows is None and draw.random() < 0.4 else draw.choice(STATUSES)
        with self.office.transaction() as session:
            from server.db import documents

            state = dict(documents.get(session, "inspection", id).state)  # type: ignore[union-attr]  # planned just now
        state |= {"status": status, "planned_on": planned.isoformat(), "follows": follows,
                  "visits": [{"started_at": began}] if status not in {"planned", "not_carried_out"} else []}  # fmt: skip
        if status == "not_carried_out":
            state["attempt"] = {"cause": draw.choice(["closed", "ceased", "refused"])}
        self.writes(campaign, [("inspection", id, campaign, state), *self.results(id, code, instruments),
                               *self.acts(id, instruments, began)])  # fmt: skip
        return id

    def results(self, inspection: str, code: str, instruments: list[str]) -> list[Row]:
        draw, rows = self.draw, list[Row]()
        for subject in (None, *instruments, self.uuid()):
            for item in ("A1", "A2", "A3"):
                for ordinal in range(draw.randrange(3)):
                    state = {"inspection_id": inspection, "checklist": code, "item": item, "subject_id": subject, "ordinal": ordinal,
                             "answer": draw.choice(["conforming", "conforming", "nonconforming", "not_checked", "not_applicable", None]),
                             "computed": draw.choice([None, None, {"verdict": "pass"}, {"verdict": "fail"}, {"verdict": "inconclusive"}]),
                             **({"voided": {"reason": "nhầm"}} if draw.random() < 0.1 else {})}  # fmt: skip
                    rows.append(("finding", self.uuid(), inspection, state))
        self.findings += rows
        return rows

    def acts(self, inspection: str, instruments: list[str], at: str) -> list[Row]:
        draw, rows = self.draw, list[Row]()
        for _ in range(draw.randrange(3)):
            due = draw.choice([None, "2026-02-01", "2026-04-20", "2026-05-01"])
            rows.append(("requirement", self.uuid(), inspection, {"inspection_id": inspection, "text": "Khắc phục", "due_on": due,
                                                                  "state": draw.choice(["open", "done", "waived"])}))  # fmt: skip
        for instrument in (*instruments, None):
            for kind in draw.sample(["suspend", "resume", "seal"], draw.randrange(3)):
                moment = f"{at[:11]}{draw.randrange(8, 18):02d}:{draw.randrange(60):02d}:{draw.randrange(60):02d}+07:00"
                rows.append(("measure", self.uuid(), inspection, {"inspection_id": inspection, "instrument_id": instrument, "type": kind,
                                                                  "at": moment, "reason": "Vượt sai số", "serials": []}))  # fmt: skip
        for _ in range(1 + draw.randrange(3)):
            rows += self.sample(inspection, at)
        return rows

    def sample(self, inspection: str, at: str) -> list[Row]:
        draw, id = self.draw, self.uuid()
        taken: dict[str, Any] = {"inspection_id": inspection, "name": "Xăng RON 95", "taken_at": at,
                 "portions": {"a": {"purpose": draw.choice(["test", "retain", None])}},
                 "custody": [{"type": "handed_over", "at": at}] if draw.random() < 0.4 else []}  # fmt: skip
        rows: list[Row] = [("sample", id, inspection, taken)]
        before: str | None = None
        for _ in range(draw.choice([0, 0, 0, 1, 2])):
            result = {
                "sample_id": id,
                "conclusion": draw.choice(["conforming", "nonconforming", "not_stated"]),
                "replaces": before,
            }
            before = self.uuid()
            rows.append(("lab_result", before, inspection, result))
        return rows

    def writes(self, campaign: str, rows: list[Row]) -> None:
        now = datetime.now(UTC)
        with self.office.transaction() as session:
            changes = [ledger.change(session, kind, id, f"campaign:{campaign}", state, actor="system", parent=parent)
                       for kind, id, parent, state in rows]  # fmt: skip
            ledger.record(session, changes, now)
            suspensions.settle(session, changes, now)

    def changes_its_mind(self) -> None:
        """Some findings are written again."""
        from server.db.documents import Document

        for kind, id, parent, state in self.draw.sample(self.findings, 20):
            with self.office.transaction() as session:
                scope = session.get_one(Document, (kind, id)).scope
            self.writes(scope.removeprefix("campaign:"), [(kind, id, parent, {**state, "answer": "nonconforming"})])
