"""One inspection whole, as a supervisor reads it: site, team, results, photos, papers, and what does not agree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import catalog, standards
from server.db import documents
from server.db.documents import Document
from server.db.photos import used_again
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import accounts, conflicts, history, quarantine_list, recomputed, review_remarks, samples, site_map
from server.services.conflicts import Conflict
from server.services.inspection_list import visible_campaigns
from server.services.inspection_results import Block, blocks_of
from server.services.law_of_inspection import cited
from server.services.photo_view import Photo, Remark, around, photos_of
from server.services.recomputed import Check
from server.services.review_remarks import Said
from server.services.site_map import SiteMap
from sync.findings import inspected_on, measured_days, reasons
from sync.inspection import reopened
from sync.paper_forms import signed_at_site
from sync.paper_results import Context

RECENT = 15
_KINDS = ("finding", "photo", "requirement", "measure", "signature", "sample", "minutes")
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MinutesRow:
    """One paper: its number as printed, form, and what differs from the server."""

    id: str
    number_text: str
    form: str
    status: str
    series: str
    number: int | None
    year: int | None
    issued_at: str | None
    closes: bool
    awaits_signed_paper: bool
    diverged: Sequence[str]
    warnings: Sequence[str]
    voided: State | None
    amends: str | None

    @property
    def signed_at_site(self) -> bool:
        """Whether people of the site sign it, as they do not sign a letter or a certificate of the agency."""
        return signed_at_site(self.form)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page of one inspection. `seen` = the number of the last change that it shows."""

    id: str
    rev: int
    seen: int
    state: State
    campaign: State
    campaign_id: str
    establishment: State
    area: str
    lead: str
    follows: str | None
    standards: Sequence[State]
    blocks: Sequence[Block]
    conflicts: Sequence[Conflict]
    may_settle: bool
    unplaced: Sequence[State]
    photos: Sequence[Photo]
    signed_papers: Sequence[Photo]
    requirements: Sequence[State]
    measures: Sequence[State]
    suspended: Sequence[State]
    """Instruments of the site that stand suspended, {name, at, reason, inspection_id}, by whichever visit."""
    samples: Sequence[samples.Row]
    signatures: Sequence[State]
    minutes: Sequence[MinutesRow]
    review: State | None
    reviewed_by: str
    reopened: frozenset[str]
    history: Sequence[history.Entry]
    history_size: int
    held: Sequence[quarantine_list.Row]
    """What waits in quarantine and names this inspection."""
    checks: Mapping[str, Check]
    """Measurements computed again, by finding."""
    remarks: Mapping[str, Sequence[Said]]
    """What supervisors said of findings; for supervisors only."""
    map: SiteMap | None

    @property
    def status(self) -> str:
        """The inspection's status."""
        return str(self.state.get("status"))

    @property
    def counts(self) -> dict[str, int]:
        """How many results there are by answer, how many tests have no verdict, how many required items no result."""
        found = [
            r for b in self.blocks for s in b.sections for each in s.subjects for r in each.results if not r.voided
        ]
        answers = ("conforming", "nonconforming", "not_checked", "not_applicable")
        return {
            **{answer: sum(r.text["answer"] == answer for r in found) for answer in answers},
            "fail": sum(r.text["verdict"] == "fail" for r in found),
            "inconclusive": sum(r.text["verdict"] == "inconclusive" for r in found),
            "missing": sum(len(b.missing) for b in self.blocks),
        }


def existing(session: Session, id: str, user: User) -> Document:
    """Return an inspection that a person may read; 404 for the others, which they need not know of."""
    found = documents.get(session, "inspection", id)
    visible = visible_campaigns(session, user)
    if found is None or (visible is not None and found.parent not in visible):
        raise Problem(ProblemCode.NOT_FOUND, "Không có cuộc kiểm tra này, hoặc bạn không ở trong đoàn.")
    return found


def page(session: Session, id: str, user: User, today: date) -> Page:
    """Return one inspection with everything in it; 404 where the person may not read it. Clocks are read on `today`."""
    inspection = existing(session, id, user)
    state = inspection.state
    site_id = str(state.get("establishment_id"))
    campaign = documents.get(session, "campaign", str(inspection.parent))
    site = documents.get(session, "establishment", site_id)
    on = inspected_on(state)
    people = accounts.names(session)
    recorded: dict[str, list[Document]] = {kind: [] for kind in _KINDS}
    for child in documents.of_parents(session, [id], _KINDS):
        recorded[child.kind].append(child)
    children = {kind: [_with_id(d) for d in found] for kind, found in recorded.items()}
    own_instruments = documents.children(session, site_id, "instrument")
    instruments = [_with_id(d) for d in own_instruments]
    rivals = [
        inspection,
        *(d for found in recorded.values() for d in found),
        *([] if site is None else [site]),
        *own_instruments,
    ]
    near = around(state, {} if site is None else site.state, _again(session, id))
    photos = photos_of(children["photo"], people, near)
    definitions = _definitions(state)
    blocks, unplaced = blocks_of(definitions, children["finding"], instruments, photos, people, cited(session, state))
    signed = [p for p in photos if p.purpose == "signed_paper" and not p.voided]
    found_samples = samples.of_inspection(session, inspection, today) if recorded["sample"] else []
    places = _places(blocks) | {row.id: f"mẫu {row.name}" for row in found_samples}
    review = state.get("review") if isinstance(state.get("review"), Mapping) else None
    return Page(
        id=id,
        rev=inspection.rev,
        seen=history.newest_seq(session, id, inspection.scope),
        state=state,
        campaign={} if campaign is None else campaign.state,
        campaign_id=str(inspection.parent),
        establishment={} if site is None else site.state,
        area=_area(session, {} if site is None else site.state, on),
        lead=people.get(str(state.get("lead_user_id")), ""),
        follows=str(state["follows"]) if state.get("follows") else None,
        standards=_standards(session, state),
        blocks=blocks,
        conflicts=conflicts.of_documents(session, rivals),
        may_settle=conflicts.may_settle(user),
        unplaced=unplaced,
        photos=[p for p in photos if p.purpose != "signed_paper"],
        signed_papers=signed,
        requirements=children["requirement"],
        measures=_measures(children["measure"], instruments),
        suspended=_suspended(instruments),
        samples=found_samples,
        signatures=sorted(children["signature"], key=lambda s: str(s.get("signed_at"))),
        minutes=[_minutes(m, signed, places) for m in sorted(children["minutes"], key=lambda m: str(m.get("issued_at")))],
        review=review,
        reviewed_by=history.who(people, review.get("by")) if review and review.get("by") else "",
        reopened=reopened(state),
        history=history.of_inspection(session, id, inspection.scope, limit=RECENT),
        history_size=history.size(session, id, inspection.scope),
        held=quarantine_list.of_inspection(session, id),
        checks=recomputed.checks(session, id, blocks, children["minutes"], instruments),
        remarks=review_remarks.of_inspection(session, id),
        map=site_map.drawn(state, {} if site is None else site.state, photos),
    )  # fmt: skip


def title(session: Session, inspection: Document) -> str:
    """Name an inspection by its site."""
    site = documents.get(session, "establishment", str(inspection.state.get("establishment_id")))
    return str((site.state if site is not None else {}).get("name") or "Cuộc kiểm tra")


def _definitions(state: State) -> list[tuple[State, Mapping[str, Any] | None]]:
    """Return each pinned checklist with its served JSON; None where this server does not have that version."""
    found = []
    for pin in state.get("checklists") or []:
        known = catalog.load().get(str(pin.get("code")), pin.get("version"))
        found.append((pin, None if known is None else known.definition))
    return found


def _minutes(doc: State, signed: Sequence[Photo], places: Mapping[str, str]) -> MinutesRow:
    try:
        number = json.loads(doc["canonical"])["number"]["text"]
    except (KeyError, TypeError, ValueError):
        number = f"{doc.get('number')}/{doc.get('series')}"
    return MinutesRow(
        id=str(doc["id"]),
        number_text=str(number),
        form=str(doc.get("form")),
        status=str(doc.get("status")),
        series=str(doc.get("series")),
        number=doc.get("number"),
        year=doc.get("year"),
        issued_at=doc.get("issued_at"),
        closes=doc.get("closes") is True,
        awaits_signed_paper=not signed and doc.get("status") != "void" and signed_at_site(doc.get("form")),
        diverged=[places.get(str(id), "một nội dung không còn trên máy chủ") for id in doc.get("diverged") or []],
        warnings=[str(w.get("detail")) if isinstance(w, Mapping) else str(w) for w in doc.get("warnings") or []],
        voided=doc.get("voided"),
        amends=doc.get("amends"),
    )


def _places(blocks: Sequence[Block]) -> dict[str, str]:
    """Name each finding by item and subject."""
    return {
        r.id: f"{r.text['key']}{f' ({each.name})' if each.name else ''}"
        for b in blocks for s in b.sections for each in s.subjects for r in each.results
    }  # fmt: skip


def _measures(measures: Sequence[State], instruments: Sequence[State]) -> list[State]:
    by_id = {str(i["id"]): i for i in instruments}
    named = [{**m, "instrument": by_id.get(str(m.get("instrument_id")), {}).get("serial") or ""} for m in measures]
    return sorted(named, key=lambda m: str(m.get("at")))


def _suspended(instruments: Sequence[State]) -> list[State]:
    context = Context({str(each["id"]): each for each in instruments}, {})
    return [
        {**suspension, "name": context.name(str(each["id"]), "instrument")}
        for each in instruments
        for suspension in each.get("suspensions") or ()
    ]


def _standards(session: Session, state: State) -> list[State]:
    """Return the standards used, each with the certificate of the day and why it cannot carry a verdict, if so."""
    found = (documents.get(session, "measurement_standard", str(id)) for id in state.get("standards") or [])
    days, said = measured_days(state), reasons(state)
    return [
        {**d.state, "id": d.id, "certificate": standards.certificate_on(d.state, days[-1]) if days else None,
         "fault": standards.fault(d.state, days), "reason": said.get(d.id)}
        for d in found if d is not None
    ]  # fmt: skip


def _area(session: Session, site: State, on: date | None) -> str:
    """Name the commune of a site as it was on the day of the inspection; the code where the area is not known."""
    code = str(site.get("area_code") or "")
    query = select(Document.state).where(
        Document.kind == "area", Document.scope == f"area:{code}", Document.is_deleted.is_(False)
    )
    rows = sorted(session.scalars(query), key=lambda a: str(a.get("valid_from")))
    day = on.isoformat() if on is not None else ""
    then = [a for a in rows if str(a.get("valid_from") or "") <= day <= str(a.get("valid_to") or "9999")]
    if not rows:
        return code
    return ", ".join(str((then or rows)[-1][name]) for name in ("name", "district") if (then or rows)[-1].get(name))


def _again(session: Session, id: str) -> dict[str, list[Remark]]:
    """Say of each photo where else its picture stands."""
    found: dict[str, list[Remark]] = {}
    used = used_again(session, id)
    elsewhere = documents.many(session, [("inspection", other) for _, other in used if other != id])
    named = {d.id: ("establishment", str(d.state.get("establishment_id"))) for d in elsewhere.values()}
    sites = documents.many(session, named.values())
    for photo, other in used:
        remark = Remark("Ảnh này được gửi hai lần trong cùng cuộc kiểm tra.")
        if other != id:
            site = sites.get(named.get(other, ("", "")))
            name = "" if site is None else str(site.state.get("name") or "")
            remark = Remark(f"Ảnh này đã dùng ở cuộc kiểm tra khác: {name or other}.", inspection_id=other)
        if remark not in found.setdefault(photo, []):
            found[photo].append(remark)
    return found


def _with_id(document: Document) -> dict[str, Any]:
    return {"id": document.id, **document.state}
