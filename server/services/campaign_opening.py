"""Opening a campaign from its plan: everything checked once more, then campaign and inspections in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.campaign_drafts import CampaignDraft
from server.errors import Problem, ProblemCode
from server.services import (
    campaign_drafts,
    campaigns,
    inspection_plans,
    programme_additions,
    repeat_inspections,
    site_picker,
    verifiers,
    work_calendar,
)
from server.services.campaign_kinds import is_inspection
from server.services.days import day_of
from server.services.inspection_plans import Plan
from server.services.repeat_inspections import Seen
from server.services.site_picker import Row

_PAGES = {"team": "team", "establishment_ids": "sites"}


@dataclass(frozen=True, slots=True)
class Repeat:
    """A chosen site whose legal entity was inspected or is planned this year, and the basis typed so far."""

    site: Row
    seen: Sequence[Seen]
    text: str
    document: str

    @property
    def has_basis(self) -> bool:
        """Whether both the reason and the document are there."""
        return bool(self.text and self.document)


@dataclass(frozen=True, slots=True)
class Check:
    """What the last page shows: faults as (page, sentence), repeats, and the visits as they would be planned."""

    faults: Sequence[tuple[str, str]]
    repeats: Sequence[Repeat]
    sites: Sequence[Row]
    visits: Mapping[str, tuple[str, str | None]]
    """Site -> (planned day, who leads the visit)."""
    warnings: Sequence[str] = ()
    """What the team will miss in the field, though the campaign can be opened."""
    verifies: bool = False
    """Whether this is a mobile verification: owners come to the team, nobody is visited."""

    @property
    def may_open(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.faults and all(repeat.has_basis for repeat in self.repeats)


def check(session: Session, draft: CampaignDraft) -> Check:
    """Look at a whole plan; writes nothing."""
    values = values_of(session, draft)
    state = draft.state
    starts = day_of(state["starts_on"])
    faults = [
        (_PAGES.get(e["field"].partition("[")[0], "decision"), e["detail"]) for e in campaigns.faults(session, values)
    ]
    verifies = values["kind"] == verifiers.KIND
    if not state["sites"] and not verifies:
        faults.append(("sites", "Chưa chọn cơ sở nào."))
    sites = site_picker.rows_of(session, state["sites"], starts or date.max)
    repeats: list[Repeat] = []
    if starts is not None and is_inspection(values["kind"]):
        seen = repeat_inspections.earlier(session, state["sites"], starts.year)
        repeats = [_repeat(row, seen[row.id], state["bases"]) for row in sites if row.id in seen]
    visits = {} if faults or verifies else _visits(session, state, [row.id for row in sites])
    return Check(faults, repeats, sites, visits, _warnings(session, values) if verifies else (), verifies)


def open_campaign(session: Session, id: str, *, seen: str, actor: str, now: datetime) -> str:
    """Open the campaign of a plan with its inspections and return its id; refuses what `check` finds.

    A mobile verification plans no visits: its sites are the owners who are asked to come, and each who comes gets a slip.

    The caller holds the write transaction. Two people who plan one legal entity at once meet at `reserve`: the second
    sees what the first opened.
    """
    draft = campaign_drafts.get(session, id, seen=seen)
    repeat_inspections.reserve(session, draft.state["sites"])
    found = check(session, draft)
    if found.faults:
        raise Problem(ProblemCode.INVALID_REQUEST, " ".join(said for _, said in found.faults))
    if missing := [repeat for repeat in found.repeats if not repeat.has_basis]:
        raise Problem(
            ProblemCode.CONFLICT,
            f"{len(missing)} cơ sở đã được kiểm tra hoặc có trong kế hoạch năm nay: hãy ghi căn cứ và văn bản, hoặc bỏ khỏi đợt.",
        )
    values = values_of(session, draft)
    values[repeat_inspections.BASES] = [
        basis_of(repeat.site.id, repeat.text, repeat.document, repeat.seen, actor, now) for repeat in found.repeats
    ]
    campaign = campaigns.create(session, values, actor=actor, at=now)
    plans = [Plan(site, day, lead, standards=draft.state["standards"]) for site, (day, lead) in found.visits.items()]
    if plans:
        inspection_plans.plan_all(session, campaign, plans, actor=actor, at=now)
    draft.campaign_id, draft.rev, draft.changed_at = campaign, draft.rev + 1, now
    return campaign


def basis_of(site: str, text: str, document: str, seen: Sequence[Seen], actor: str, now: datetime) -> dict[str, Any]:
    """Return what a campaign keeps of a site that is inspected again this year."""
    return {"establishment_id": site, "text": text, "document": document, "seen": [s.line for s in seen], "by": actor,
            "at": now.isoformat(timespec="seconds")}  # fmt: skip


def values_of(session: Session, draft: CampaignDraft) -> dict[str, Any]:
    """Return the plan as `campaigns.create` takes it."""
    state, activity = draft.state, programme_additions.find(session, draft.activity)
    return {
        **{name: state[name] for name in ("code", "title", "starts_on", "ends_on", "organisation_id", "decision", "team")},
        "kind": "" if activity is None else activity.kind, "programme_activity": draft.activity,
        "checklists": state["checklists"] if len(state["checklists"]) > 1 else [], "establishment_ids": state["sites"],
    }  # fmt: skip


def working_days(session: Session, first: date, last: date) -> list[date]:
    """Return the working days of a period; all its days where it holds none."""
    calendar = work_calendar.calendar(session)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in every if calendar.is_working(day)] or every


def _visits(session: Session, state: Mapping[str, Any], sites: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Spread the sites, neighbours together, over the working days; members with accounts lead in turn, else the leader."""
    first, last = day_of(state["starts_on"]), day_of(state["ends_on"])
    if first is None or last is None or last < first:
        return {}
    days = working_days(session, first, last)
    with_account = [m for m in state["team"] if m["user_id"]]
    leads = (
        [m["user_id"] for m in with_account if m["role"] != "leader"] or [m["user_id"] for m in with_account] or [None]
    )
    return {
        site: (days[n * len(days) // len(sites)].isoformat(), leads[n % len(leads)]) for n, site in enumerate(sites)
    }


def _warnings(session: Session, values: Mapping[str, Any]) -> list[str]:
    organisation = documents.get(session, "organisation", str(values["organisation_id"]))
    return list(
        verifiers.lacks(values["team"], None if organisation is None else organisation.state, values["ends_on"])
    )


def _repeat(row: Row, seen: Sequence[Seen], bases: Mapping[str, Mapping[str, str]]) -> Repeat:
    said = bases.get(row.id, {})
    return Repeat(row, seen, said.get("text", ""), said.get("document", ""))
