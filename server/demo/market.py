"""One past day of the mobile verification team in the demo: some twenty instruments with readings, stickers, papers, money."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from checklists import catalog
from checklists.judge import judge
from checklists.standards import supported
from checklists.verified_until import proposed_until
from server.db import documents
from server.db.devices import Device
from server.db.numbers import Series
from server.db.users import User
from server.demo import sites
from server.demo.load import Loaded, Person, hire, member, read_data
from server.demo.market_answers import KINDS, PRESSURE, answers
from server.security.keys import public_bytes
from server.services import (
    campaigns,
    certificates,
    enrolments,
    establishments,
    ledger,
    mark_book,
    mark_leases,
    prices,
    rules,
    standards,
    verification_papers,
)
from server.services.creation import SYSTEM, created
from server.services.mark_book import Received
from server.services.mark_ledger import Row
from server.services.slip_papers import CERTIFICATE, RECORD
from server.services.world import ReadingWorld
from sync.conclusions import conclude
from sync.ids import answer_id, mark_id
from sync.marks import counted
from sync.overlay import Overlay
from sync.paper_words import VIETNAM

CODE = "mobile-verification"
FIRST_INDEX = 9800
PREFIX, DIGITS, RECEIVED, SPOILED = "BH21-", 4, 50, 7
VALID_UNTIL = "2022-04-30"
"""Where no cycle is confirmed; else the cycle's own day stands."""


def fill(session: Session, loaded: Loaded, key: Ed25519PrivateKey, *, at: datetime) -> None:
    """Add to a database that `load.load` filled; `key` signs the papers as the office does. The caller commits."""
    data = read_data("market-2021.yaml")
    organisation = _house(session, data["series"], at)
    password = loaded.accounts[0]["password"]
    people = [hire(session, row["username"], row, row["role"], password, loaded, at) for row in data["people"]]
    campaign = _opens(session, data, organisation, people, at)
    loaded.campaigns.append({"id": campaign, "code": data["campaign"]["code"]})
    _prices(session, data["prices"], at)
    _Day(session, data, organisation, campaign, people, key, at).works()
    owners = data["owners"]
    loaded.counts["establishments"] += len(owners)
    loaded.counts["instruments"] += sum(len(row[4]) for row in owners)
    loaded.counts["inspections"] += len(owners)
    loaded.counts["users"] = len(loaded.accounts)


def _house(session: Session, series: Sequence[Mapping[str, str]], at: datetime) -> str:
    """Give the verification centre the series of its papers."""
    centre = next(d for d in documents.of_kind(session, "organisation") if "Kiểm định" in d.state["name"])
    for row in series:
        session.add(Series(series=row["series"], symbol=row["symbol"], organisation_id=centre.id, basis="DEMO"))
    state = {**centre.state, "series": [*centre.state["series"], *series]}
    ledger.record(session, [ledger.change(session, "organisation", centre.id, centre.scope, state, actor=SYSTEM)], at)
    return centre.id


def _opens(session: Session, data: Mapping[str, Any], organisation: str, people: Sequence[Person], at: datetime) -> str:
    row = data["campaign"]
    team = [
        {**member(person, said["as"], 400 + n), "procedures": said["procedures"]}
        for n, (person, said) in enumerate(zip(people, data["people"], strict=True))
    ]
    decision = {"number": row["number"], "date": row["date"], "signer": f"Nguyễn Quốc Khánh{sites.MARK}", "title": "Giám đốc",
                "trigger": "plan", "duration_days": 12, "scope": "Kiểm định phương tiện đo nhóm 2 tại các chợ trên địa bàn",
                "basis": ["Luật Đo lường số 04/2011/QH13 ngày 11/11/2011",
                          "Chương trình công tác năm 2021 của Sở Khoa học và Công nghệ tỉnh Bắc Giang"]}  # fmt: skip
    values = {
        **{name: row[name] for name in ("code", "title", "starts_on", "ends_on")}, "kind": "kiem_dinh_luu_dong",
        "programme_activity": f"BG-2021/{row['activity']}", "organisation_id": organisation, "decision": decision, "team": team,
        "establishment_ids": [],
    }  # fmt: skip
    return campaigns.create(session, values, actor=SYSTEM, at=at)


def _prices(session: Session, row: Mapping[str, Any], at: datetime) -> None:
    said = {"basis": row["basis"], "valid_from": row["valid_from"], "valid_to": None}
    fresh = [{**dict(zip(("instrument_type", "text", "amount"), each, strict=True)), **said} for each in row["rows"]]
    prices.add(session, fresh, actor=SYSTEM, now=at)


@dataclass
class _Day:
    """The day at the market, written as the team's own documents."""

    session: Session
    data: Mapping[str, Any]
    organisation: str
    campaign: str
    people: Sequence[Person]
    key: Ed25519PrivateKey
    at: datetime
    clock: datetime = field(init=False)
    id: str = field(default_factory=ledger.new_id)
    used: int = 0

    def works(self) -> None:
        """Open the session, serve the owners in turn, sign and hand out some certificates, close."""
        said = self.data["session"]
        self.on = date.fromisoformat(said["day"])
        self.clock = datetime.combine(self.on, datetime.min.time(), VIETNAM) + timedelta(hours=7, minutes=40)
        self.scope = f"campaign:{self.campaign}"
        self.standards = standards.covering(self.session, "mass", self.on, self.on)
        self._sessions(said)
        self.lease = self._stickers()
        issued = [id for number, row in enumerate(self.data["owners"]) for id in self._serves(number, row)]
        self._counts()
        signed, name = issued[: len(issued) - 4], "Phạm Đức Long (DEMO)"
        certificates.sign(self.session, signed, name=name, title="Giám đốc Trung tâm", actor=SYSTEM, now=self.at)
        for id in signed[:6]:
            certificates.deliver(self.session, id, to="Chủ phương tiện đo", actor=SYSTEM, now=self.at)

    def _sessions(self, said: Mapping[str, Any]) -> None:
        reading = {"at": self.clock.isoformat(), "temperature": said["temperature"], "humidity": said["humidity"]}
        state = {
            "campaign_id": self.campaign, "on": said["day"], "place": said["place"], "area_code": said["area_code"],
            "verifiers": [p.id for p in self.people[1:]], "environment": [reading], "standards": self.standards,
            "standard_overrides": {}, "closed_at": (self.clock + timedelta(hours=9)).isoformat(),
        }  # fmt: skip
        then = self.data["next_session"]
        after = {**state, "on": then["day"], "place": then["place"], "environment": [], "closed_at": None}
        self._writes("verification_session", state, parent=self.campaign, id=self.id)
        self._writes("verification_session", after, parent=self.campaign)

    def _stickers(self) -> Row:
        """Receive a batch and give it to the team's tablet; spoil one."""
        batch = Received(
            self.organisation, "sticker", PREFIX, DIGITS, 1, RECEIVED, "2021-03-29", "Chi cục TĐC (DEMO)", ""
        )
        mark_book.receive(self.session, batch, actor=SYSTEM, now=self.at)
        code = enrolments.make_code(self.session, self.session.get(User, self.people[1].id), public_url="", now=self.at)
        public = base64.urlsafe_b64encode(public_bytes(Ed25519PrivateKey.generate())).rstrip(b"=").decode()
        tablet = enrolments.enrol(self.session, code=code.code, tablet_name="Máy tính bảng tổ kiểm định (DEMO)", public_key=public, now=self.at)  # fmt: skip
        device = self.session.get_one(Device, tablet["device"]["id"])
        return mark_leases.grant(self.session, device, self.organisation, "sticker", RECEIVED, self.at, actor=SYSTEM)

    def _serves(self, number: int, row: Sequence[Any]) -> list[str]:
        """Serve one owner; return the certificates."""
        name, address, phone, method, brought = row
        site, things = self._registers(number, name, address, phone, brought)
        slip = ledger.new_id()
        received = {id: {"at": self._later(2), "state": "Còn nguyên, sạch"} for id, _, _ in things}
        self._writes("inspection", self._slip(site, number, received), parent=self.campaign, id=slip)
        verifier = self.people[1 if any(kind == PRESSURE for _, kind, _ in things) else 1 + number % 2]
        passed = [id for id, kind, outcome in things if self._verifies(slip, id, kind, outcome, verifier)]
        issued = []
        for id, _, _ in things:
            self._issues(slip, RECORD, id, verifier)
            if id in passed:
                issued.append(self._issues(slip, CERTIFICATE, id, verifier))
        self._pays(slip, name, address, method, things, verifier)
        back = {id: {"at": self._later(3), "to": name} for id, _, _ in things}
        found = documents.get(self.session, "inspection", slip)
        assert found is not None  # noqa: S101 - written above
        self._writes("inspection", {**found.state, "handed_back": back}, id=slip)
        return issued

    def _registers(self, number: int, name: str, address: str, phone: str, brought: Sequence[Sequence[str]]) -> tuple[str, list[tuple[str, str, str]]]:  # fmt: skip
        code = self.data["session"]["area_code"]
        state = {
            "name": name + sites.MARK, "tax_code": sites.tax_code(FIRST_INDEX + number), "operator_id": None, "area_code": code,
            "address": f"{address}, thị trấn Bố Hạ", "phone": phone, "representative": {"name": "", "title": ""}, "lat": None,
            "lon": None, "business_lines": ["bán lẻ tại chợ"],
        }  # fmt: skip
        owner = establishments.establishment_change(state, actor=SYSTEM)
        changes, things = [owner], []
        for place, (kind, serial, outcome) in enumerate(brought):
            own = KINDS[kind]
            made = sites.instrument(own["type"], FIRST_INDEX + number, place, own["maker"], own["model"], serial, "650000", dict(own["attributes"]))  # fmt: skip
            change = establishments.instrument_change({"establishment_id": owner.id, **made}, code, actor=SYSTEM)
            changes.append(change)
            things.append((change.id, kind, outcome))
        ledger.record(self.session, changes, self.at)
        return owner.id, things

    def _slip(self, site: str, number: int, received: Mapping[str, Any]) -> dict[str, Any]:
        lists = [catalog.load().latest(code) for code in ("general", CODE)]
        current = rules.current(self.session)
        return {
            "campaign_id": self.campaign, "establishment_id": site, "session_id": self.id, "slip": f"BH-{number + 1:03d}",
            "checklists": [{"code": c.code, "version": c.version, "sha256": c.sha256} for c in lists], "received": dict(received),
            "rules": {"version": current.version, "sha256": current.sha256}, "planned_on": self.data["session"]["day"],
            "status": "in_progress", "lead_user_id": self.people[0].id, "visits": [{"started_at": self._later(1)}],
            "decision_announced_at": None, "follows": None, "standards": self.standards, "conclusion": None,
            "establishment_statement": None, "review": None, "handed_back": {},
        }  # fmt: skip

    def _verifies(self, slip: str, instrument: str, kind: str, outcome: str, verifier: Person) -> bool:
        """Record checks and readings, the server's own conclusion on them, the sticker; say whether it passed."""
        checklist, known = catalog.load().latest(CODE), documents.get(self.session, "instrument", instrument)
        current, state = rules.current(self.session), known.state if known is not None else {}
        used = [{"id": id, **documents.get(self.session, "measurement_standard", id).state} for id in self.standards]  # type: ignore[union-attr]  # the standards were found a moment ago
        found: dict[str, dict[str, Any]] = {}
        for item, said in answers(kind, outcome):
            finding = self._finding(slip, instrument, item, verifier, **said)
            asked = checklist.item(item)
            computed = None if asked is None else judge(asked, finding, state, {**found, item: finding}, current, self.on, "verification")  # fmt: skip
            if computed is not None and asked is not None and asked.procedure is not None:
                finding["computed"] = supported(computed, asked.procedure.name, used, [self.on], {})
            found[item] = finding
            self._records(slip, instrument, item, finding, verifier)
        view = Overlay(ReadingWorld(self.session, slip), "")
        whole = view.live("inspection", slip)
        ours = None if whole is None else conclude(view, whole, instrument)
        verdict = "inconclusive" if ours is None else ours.verdict.value
        values = {
            "conclusion": verdict,
            **({"reasons": list(ours.reasons)} if ours is not None and ours.reasons else {}),
        }
        self._records(slip, instrument, "KD11", self._finding(slip, instrument, "KD11", verifier, values=values), verifier)  # fmt: skip
        if verdict == "pass":
            self._sticks(slip, instrument, verifier)
            proposed = proposed_until(current, state, self.on)
            until = VALID_UNTIL if proposed is None else proposed.until.isoformat()
            dated = self._finding(slip, instrument, "KD15", verifier, values={"value": until})
            self._records(slip, instrument, "KD15", dated, verifier)
        return verdict == "pass"

    def _sticks(self, slip: str, instrument: str, verifier: Person) -> None:
        self.used += 1
        if self.used == SPOILED:
            said = {
                "fate": "spoiled",
                "inspection_id": None,
                "instrument_id": None,
                "place": "",
                "reason": "Rách khi bóc",
            }
            self._marks(self._serial(), said, verifier)
            self.used += 1
        said = {"fate": "used", "inspection_id": slip, "instrument_id": instrument, "place": "Mặt trước", "reason": ""}
        serial = self._serial()
        self._marks(serial, said, verifier)
        stuck = self._finding(slip, instrument, "KD12", verifier, values={"number": serial, "place": "Mặt trước"})
        self._records(slip, instrument, "KD12", stuck, verifier)

    def _serial(self) -> str:
        return f"{PREFIX}{self.used:0{DIGITS}d}"

    def _marks(self, serial: str, said: Mapping[str, Any], verifier: Person) -> None:
        state = {"session_id": self.id, "kind": "sticker", "serial": serial, "lease_id": self.lease.id, "photo_ids": [],
                 "at": self._later(1), "created_by": verifier.id, **said}  # fmt: skip
        self._writes("mark", state, parent=self.id, id=mark_id(self.organisation, "sticker", serial), actor=verifier.id)

    def _counts(self) -> None:
        """Count the stickers left at the day's end: what was neither used nor spoiled is still on the roll."""
        verifier = self.people[1]
        rows = [{"lease_id": self.lease.id, "counted": RECEIVED - self.used, "explanation": ""}]
        state = {"session_id": self.id, "device": self.lease.state["device_id"], "at": self._later(10), "counts": rows,
                 "created_by": verifier.id}  # fmt: skip
        made = counted(Overlay(ReadingWorld(self.session), ""), state)
        self._writes("stocktake", {**state, **made}, parent=self.id, actor=verifier.id)

    def _issues(self, slip: str, form: str, instrument: str, verifier: Person) -> str:
        self._later(1)
        return verification_papers.issue(self.session, slip, form, instrument, actor=verifier.id, key=self.key, now=self.clock)  # fmt: skip

    def _pays(self, slip: str, name: str, address: str, method: str, things: Sequence[tuple[str, str, str]], verifier: Person) -> None:  # fmt: skip
        table = {(d.state["text"]): d for d in documents.of_kind(self.session, prices.KIND)}
        asked = [table[self.data["prices"]["rows"][KINDS[kind]["price"]][1]] for _, kind, _ in things]
        lines = [{"instrument_id": id, "price_id": price.id, "text": price.state["text"], "amount": price.state["amount"]}
                 for (id, _, _), price in zip(things, asked, strict=True)]  # fmt: skip
        payer = {"name": name + sites.MARK, "tax_code": "", "address": f"{address}, thị trấn Bố Hạ", "email": ""}
        state = {"inspection_id": slip, "lines": lines, "method": method, "payer": payer, "at": self._later(1),
                 "amount": str(sum(int(line["amount"]) for line in lines)), "created_by": verifier.id}  # fmt: skip
        self._writes("payment", state, parent=slip, actor=verifier.id)

    def _finding(self, slip: str, instrument: str, item: str, verifier: Person, **said: Any) -> dict[str, Any]:
        return {"inspection_id": slip, "checklist": CODE, "item": item, "subject_id": instrument, "ordinal": 0, "answer": None,
                "values": {}, "rows": [], "note": "", "photo_ids": [], "created_by": verifier.id, **said}  # fmt: skip

    def _records(self, slip: str, instrument: str, item: str, finding: dict[str, Any], verifier: Person) -> None:
        self._later(0.3)
        self._writes("finding", finding, parent=slip, id=answer_id(slip, CODE, item, instrument, 0), actor=verifier.id)

    def _writes(self, kind: str, state: dict[str, Any], *, parent: str | None = None, id: str = "", actor: str = SYSTEM) -> None:  # fmt: skip
        at = self.clock.isoformat(timespec="seconds")
        if parent is None:
            change = ledger.change(self.session, kind, id, self.scope, state, actor=actor, at=at)
        else:
            change = created(kind, self.scope, state, actor=actor, parent=parent, id=id or None, at=at)
        ledger.record(self.session, [change], self.at)

    def _later(self, minutes: float) -> str:
        """Let time pass; return the moment."""
        self.clock += timedelta(minutes=minutes)
        return self.clock.isoformat(timespec="seconds")
