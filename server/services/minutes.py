"""Minutes at the office: issued with the server's key, voided, printed again, and looked up by their QR."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import catalog
from checklists.model import Checklist
from server.db import documents
from server.db.devices import SigningKey
from server.db.documents import Document
from server.db.numbers import MinutesNumber, MinutesPaper, Series, papers_of
from server.errors import Problem, ProblemCode
from server.security.keys import public_bytes
from server.services import areas, ledger, numbers, paper_chain, rules, samples, suspensions
from sync import paper, register, seal
from sync.feed import Change
from sync.findings import inspected_on
from sync.inspection import Status
from sync.inspection import issue as issue_step
from sync.minutes import listed, no_longer_amended, reopens
from sync.paper_forms import form_of, noun_of, own_series
from sync.paper_words import local

SERVER = "server"
_STANDING = ("void", "amended", "issued", "lost")
CLOCK_SKEW = timedelta(minutes=15)
"""How far a tablet's clock may be ahead before the public page says so."""
Render = Callable[..., bytes]
"""`server.printing.minutes.render`: canonical text and seal to PDF bytes."""


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """What anyone may know of scanned minutes: no verdict, no personal data."""

    outcome: str
    """genuine, unknown_key, revoked_key or forged."""
    register: str
    """registered, amended, void, lost (from the paper alone), conflicting, other (another paper holds the number) or
    not_yet."""
    number_text: str | None = None
    issued_at: datetime | None = None
    agency: str | None = None
    reason: str | None = None
    form: str | None = None
    """Which kind of paper it is, once it is in the register."""
    is_ahead: bool = False
    """The paper says a time that has not come: the tablet's clock was wrong, or worse."""


def issue(
    session: Session, inspection_id: str, form: str, *, actor: str, key: Ed25519PrivateKey, now: datetime,
    amends: str | None = None, id: str | None = None, signer: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None, closes: bool = False,
) -> str:  # fmt: skip
    """Issue a paper with the server's key and the next number of the organisation's series; return its id.

    Closing forms end the inspection (protocol, row "minutes"). `id` lets whoever sends twice be told apart from whoever
    issues two; `signer` {name, title, authority} signs a notice. `about` is what papers of one instrument are made of
    besides (services/verification_papers); such a record ends its slip where it `closes`.
    """
    inspection = existing(session, "inspection", inspection_id, lock=True)  # no finding of it changes meanwhile
    first = None if amends is None else _first(session, amends, inspection_id)
    series = series_of(organisation_of(session, inspection), form)
    id, year = id or ledger.new_id(), local(now).year
    number = numbers.take_next(session, series, year, id, now)
    write(
        session,
        inspection,
        form,
        id=id,
        stated=(series, year, number),
        at=now,
        actor=actor,
        key=key,
        now=now,
        first=first,
        signer=signer,
        about=about,
        closes=closes,
    )
    return id


def write(
    session: Session, inspection: Document, form: str, *, id: str, stated: tuple[str, int, int], at: datetime, actor: str,
    key: Ed25519PrivateKey, now: datetime, first: Document | None = None, source: str = SERVER,
    signer: Mapping[str, Any] | None = None, about: Mapping[str, Any] | None = None, closes: bool = False,
) -> None:  # fmt: skip
    """Compose, seal with the server's key and record minutes whose number (series, year, number) is taken already.

    `at` is the time on the paper: now, or when blank paper was filled in.
    """
    if form_of(form).of_instrument and about is None:
        raise Problem(ProblemCode.CONFLICT, "Giấy tờ kiểm định lập cho từng phương tiện đo, ở phiếu tiếp nhận.")
    series, year, number = stated
    shown = {"series": series, "symbol": numbers.symbol_of(session, series), "year": year, "number": number}
    composed = compose(session, inspection, form=form, number=shown, at=at, first=first, signer=signer, about=about)
    if composed.get("samples") == [] or composed.get("results") == []:
        raise Problem(ProblemCode.CONFLICT, "Không còn mẫu hoặc kết quả thử nghiệm nào chưa có trong văn bản.")
    canonical = seal.canonical_text(composed)
    claims = seal.Claims(series=series, year=year, number=number, issued_at=int(at.timestamp()),
                         sha256=seal.digest(canonical), establishment=inspection.state["establishment_id"])  # fmt: skip
    cose = base64.urlsafe_b64encode(seal.seal(claims, key)).rstrip(b"=").decode()
    kind = form_of(form)
    ends_as = Status.ISSUED.value if closes else kind.ends_as
    remember_key(session, public_bytes(key), SERVER, now)
    state = {"inspection_id": inspection.id, "form": form, "closes": ends_as is not None, "series": series, "year": year,
             "number": number, "canonical": canonical, "cose": cose, "issued_at": at.isoformat(timespec="seconds"),
             "amends": None if first is None else first.id, "status": "issued", "diverged": [], "warnings": [],
             "freezes": sorted(listed(composed)), "created_by": actor, "source": source,
             **({} if about is None else {"instrument_id": about["instrument_id"]})}  # fmt: skip
    changes = [ledger.change(session, "minutes", id, inspection.scope, state, actor=actor, parent=inspection.id)]
    if first is not None and first.state["status"] == "issued":
        amended = {**first.state, "status": "amended"}
        changes.append(ledger.change(session, "minutes", first.id, first.scope, amended, actor=actor))
    said = register.told(id, form, int(at.timestamp()), composed)
    if said is not None:
        changes += _registered(session, said.instrument_id, lambda state: register.entered(state, said), actor)
    if ends_as is not None:
        status, _ = issue_step(inspection.state["status"], ends_as)
        if status != inspection.state["status"]:
            issued = {**inspection.state, "status": status}
            changes.append(ledger.change(session, "inspection", inspection.id, inspection.scope, issued, actor=actor))
    ledger.record(session, changes, now)
    suspensions.settle(session, changes, now)


def void(
    session: Session, minutes_id: str, reason: str, *, actor: str, now: datetime, replaced_by: str | None = None
) -> None:
    """Void minutes: the number stays used, the paper stays, both say why. A void amendment leaves the first in force."""
    minutes = existing(session, "minutes", minutes_id, lock=True)
    if not reason.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi lý do hủy biên bản.")
    if minutes.state["status"] == "void":
        raise Problem(ProblemCode.CONFLICT, "Biên bản này đã hủy.")
    voided = {
        "reason": reason.strip(),
        "replaced_by": replaced_by,
        "at": now.isoformat(timespec="seconds"),
        "actor": actor,
    }
    state = {**minutes.state, "status": "void", "voided": voided}
    row = session.get(MinutesNumber, (minutes.state["series"], minutes.state["year"], minutes.state["number"]))
    if row is not None and row.minutes_id == minutes_id:
        row.status, row.reason, row.at = "void", reason.strip(), now
    changes = [ledger.change(session, "minutes", minutes_id, minutes.scope, state, actor=actor)]
    first = documents.get(session, "minutes", minutes.state["amends"]) if minutes.state.get("amends") else None
    papers = documents.children(session, str(minutes.parent), "minutes")
    if first is not None and no_longer_amended(first.id, first.state, minutes_id, papers):
        standing = {**first.state, "status": "issued"}
        changes.append(ledger.change(session, "minutes", first.id, first.scope, standing, actor=actor))
    inspection = existing(session, "inspection", str(minutes.parent))
    if reopens(inspection.state, minutes_id, minutes.state, papers):
        opened = {**inspection.state, "status": Status.IN_PROGRESS.value}
        changes.append(ledger.change(session, "inspection", inspection.id, inspection.scope, opened, actor=actor))
    named = register.instrument_in(minutes.state)
    if named is not None:  # what stood before the paper of a verification is put back
        changes += _registered(session, named, lambda state: register.taken_back(state, minutes.id), actor)
    ledger.record(session, changes, now)
    suspensions.settle(session, changes, now)


def _registered(
    session: Session, instrument_id: str, after: Callable[[Mapping[str, Any]], dict[str, Any]], actor: str
) -> Iterator[Change]:
    """Write what a paper of a verification, or its end, makes of its instrument in the register."""
    instrument = documents.get(session, "instrument", instrument_id)
    if instrument is not None and instrument.state != (state := after(instrument.state)):
        yield ledger.change(session, "instrument", instrument.id, instrument.scope, state, actor=actor)


def compose(
    session: Session, inspection: Document, *, form: str, number: dict[str, Any] | None, at: datetime,
    first: Document | None = None, signer: Mapping[str, Any] | None = None, about: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Compose the canonical dict from what the server holds."""
    inspections = paper_chain.chain(session, inspection)
    campaign = existing(session, "campaign", inspection.state["campaign_id"])
    establishment = existing(session, "establishment", inspection.state["establishment_id"])
    rule_set = rules.by_version(session, inspection.state["rules"]["version"]) or rules.current(session)
    served = rule_set.served()
    children = {kind: [_with_id(d) for d in documents.children(session, inspection.id, kind)]
                for kind in ("finding", "photo", "requirement", "measure", "signature")}  # fmt: skip
    taken, told = samples.on_paper(session, inspection.id, form)
    day = inspected_on(inspection.state) or local(at).date()
    area = areas.on_day(session, establishment.state.get("area_code") or "", day)
    of_session = ((about or {}).get("session") or {}).get("standards")
    used = {*(inspection.state.get("standards") or ()), *(of_session or ())}
    standards = [s for s in ledger.all_documents(session, "measurement_standard") if s["id"] in used]
    return paper.compose(
        form=form,
        issued_at=at.isoformat(timespec="seconds"),
        number=number,
        inspection=_with_id(inspection),
        campaign=_with_id(campaign),
        organisation=organisation_of(session, inspection),
        establishment=_with_id(establishment),
        area=None if area is None else asdict(area),
        instruments=[_with_id(d) for d in documents.children(session, establishment.id, "instrument")],
        findings=children["finding"],
        checklists=_checklists(inspection.state),
        law=served["law"],
        violations=served.get("violations", ()),
        penalties=served.get("penalties", ()),
        standards=standards,
        photos=children["photo"],
        requirements=children["requirement"],
        measures=children["measure"],
        signatures=children["signature"],
        samples=taken,
        results=told,
        amends=None if first is None else {"text": _text(first), "issued_at": first.state["issued_at"]},
        earlier=paper_chain.earlier_measures(session, inspections),
        papers=paper_chain.standing_papers(session, inspections),
        signer=signer,
        cycles=served.get("cycles", ()),
        **(about or {}),
    )


def organisation_of(session: Session, inspection: Document) -> dict[str, Any]:
    """Return the agency whose inspection this is."""
    campaign = existing(session, "campaign", inspection.state["campaign_id"])
    return _with_id(existing(session, "organisation", campaign.state["organisation_id"]))


def pdf(session: Session, minutes_id: str, render: Render, *, host: str, twin: bool = False) -> tuple[str, bytes]:
    """Print minutes again as they were issued; return a file name and the PDF."""
    minutes = existing(session, "minutes", minutes_id)
    state = minutes.state
    status = state["status"] if state["status"] in {"amended", "void"} else "issued"
    data = render(state["canonical"], unpadded(state["cose"]), host=host, status=status, twin=twin)
    return f"{_text(minutes).replace('/', '-')}-{state['year']}.pdf", data


def as_issued(session: Session, minutes_id: str) -> dict[str, Any]:
    """The minutes with canonical text and seal: all that an offline verifier needs besides the keys."""
    minutes = existing(session, "minutes", minutes_id)
    return {"id": minutes.id, "rev": minutes.rev, **minutes.state}


def scope_of(session: Session, minutes_id: str) -> str:
    """The scope that a reader must hold."""
    return existing(session, "minutes", minutes_id).scope


def look_up(session: Session, payload: str, now: datetime) -> PublicStatus:
    """Answer a scanned QR: genuine or not, and what the register says."""
    try:
        cose = seal.parse_qr(payload)
        claims = seal.open_sealed(cose, public_keys(session))
    except seal.SealError as error:
        return PublicStatus("unknown_key" if error.code == "unknown_key" else "forged", "not_yet")
    key = session.get(SigningKey, claims.key_id.hex())
    revoked = key is not None and key.revoked_at is not None and claims.issued_at >= key.revoked_at.timestamp()
    text = seal.number_text(claims.number, numbers.symbol_of(session, claims.series))
    issued_at = local(datetime.fromtimestamp(claims.issued_at, UTC))
    register, reason, form = _in_register(session, claims)
    outcome = "revoked_key" if revoked else "genuine"
    is_ahead = issued_at > local(now + CLOCK_SKEW)
    return PublicStatus(outcome, register, text, issued_at, _agency(session, claims), reason, form, is_ahead)


def keys_document(session: Session, now: datetime) -> dict[str, Any]:
    """The public key list: everything needed to verify offline; holders are devices, never persons."""
    keys = [
        {"kid": k.kid, "public_key": base64.urlsafe_b64encode(k.public_key).rstrip(b"=").decode(), "holder": k.holder,
         "valid_from": k.valid_from.isoformat(), "revoked_at": k.revoked_at.isoformat() if k.revoked_at else None}
        for k in session.scalars(select(SigningKey).order_by(SigningKey.valid_from, SigningKey.kid))
    ]  # fmt: skip
    lists: dict[str, list[dict[str, Any]]] = {"amended": [], "void": [], "conflicting": []}
    columns = MinutesPaper.status, MinutesPaper.series, MinutesPaper.year, MinutesPaper.number, MinutesPaper.sha256
    query = select(*columns).where(MinutesPaper.status.in_(lists)).distinct()
    for status, series, year, number, sha256 in session.execute(query.order_by(*columns)):
        lists[status].append({"series": series, "year": year, "number": number, "sha256": sha256})
    return {"issued_on": now.date().isoformat(), "keys": keys, **lists}


def remember_key(session: Session, public_key: bytes, holder: str, now: datetime) -> None:
    """Publish a signing key from now on."""
    kid = seal.key_id(public_key).hex()
    if session.get(SigningKey, kid) is None:
        session.add(SigningKey(kid=kid, public_key=public_key, holder=holder, valid_from=now))
        session.flush()


def unpadded(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _in_register(session: Session, claims: seal.Claims) -> tuple[str, str | None, str | None]:
    """(what the register says, why, form) of a genuine seal: of two papers under one number, the one with this text."""
    found = papers_of(session, claims.series, claims.year, claims.number, claims.sha256.hex())
    if found:
        # A paper found again after it was registered from its QR stands twice; the one with its text counts.
        paper = min(found, key=lambda p: _STANDING.index(p.status) if p.status in _STANDING else len(_STANDING))
        document = documents.get(session, "minutes", paper.id)
        form = None if document is None else document.state.get("form")
        return {"issued": "registered"}.get(paper.status, paper.status), paper.reason, form
    row = session.get(MinutesNumber, (claims.series, claims.year, claims.number))
    if row is not None and row.status == "void":
        return "void", row.reason, None
    return ("not_yet" if row is None or row.minutes_id is None else "other"), None, None


def _agency(session: Session, claims: seal.Claims) -> str | None:
    """The agency whose series this is."""
    series = session.get(Series, claims.series)
    organisation = None if series is None else documents.get(session, "organisation", series.organisation_id)
    return None if organisation is None else str(organisation.state["name"])


def public_keys(session: Session) -> dict[bytes, bytes]:
    """Return every key that ever signed here, by its id, revoked ones too."""
    return {bytes.fromhex(k.kid): k.public_key for k in session.scalars(select(SigningKey))}


def _first(session: Session, minutes_id: str, inspection_id: str) -> Document:
    first = existing(session, "minutes", minutes_id, lock=True)
    if first.parent != inspection_id:
        raise Problem(ProblemCode.CONFLICT, "Biên bản bổ sung phải cùng cuộc kiểm tra với biên bản được bổ sung.")
    return first


def existing(session: Session, kind: str, id: str, *, lock: bool = False) -> Document:
    """Return a live document, FOR UPDATE with `lock`; 404 where there is none."""
    found = (
        documents.many(session, [(kind, id)], lock=True).get((kind, id)) if lock else documents.get(session, kind, id)
    )
    if found is None or found.is_deleted:
        raise Problem(ProblemCode.NOT_FOUND)
    return found


def series_of(organisation: dict[str, Any], form: str) -> str:
    """Return the series that numbers a form: its own, else for minutes the agency's first for minutes."""
    rows = organisation.get("series") or []
    named = [r["series"] for r in rows if r.get("form") == form]
    if not named and not own_series(form):
        named = [r["series"] for r in rows if not own_series(r.get("form"))]
    if not named:
        raise Problem(ProblemCode.CONFLICT, f"Cơ quan này chưa mở sổ số {noun_of(form)}.")
    return str(named[0])


def definitions(inspection: dict[str, Any]) -> list[Mapping[str, Any]]:
    """Return the checklists that an inspection pins, as they are served."""
    return [checklist.definition for checklist in _checklists(inspection)]


def _checklists(inspection: dict[str, Any]) -> list[Checklist]:
    found = (catalog.load().get(row["code"], row["version"]) for row in inspection["checklists"])
    return [checklist for checklist in found if checklist is not None]


def _text(minutes: Document) -> str:
    """The number as printed."""
    return str((json.loads(minutes.state["canonical"]).get("number") or {}).get("text", minutes.state["number"]))


def _with_id(document: Document) -> dict[str, Any]:
    return {"id": document.id, **document.state}
