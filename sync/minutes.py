"""Minutes that a tablet issued (biên bản): the seal checked, the number settled, what differs shown. Paper wins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeGuard

from checklists.conditions import applies
from sync import conclusions, register, samples, seal
from sync.clock import judge_clock, read_instant
from sync.findings import ENTERED, fingerprint, pinned
from sync.ids import answer_id, is_uuid
from sync.inspection import Status
from sync.inspection import issue as issue_step
from sync.mergers import sites_of
from sync.operations import Operation
from sync.overlay import Act, Overlay
from sync.paper_forms import FORMS, is_notice
from sync.paper_results import answers_for
from sync.paper_words import VIETNAM
from sync.refusals import Refusal, Waiting, held
from sync.world import DeviceContext, Document, NumberUse

ISSUED, AMENDED, VOID, CONFLICTING, QUARANTINED = "issued", "amended", "void", "conflicting", "quarantined"
MAX_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Paper:
    """The fields of minutes that the core reads, after their types were checked."""

    series: str
    year: int
    number: int
    canonical: str
    cose: bytes
    issued_at: int
    closes: bool
    amends: str | None
    form: str
    document: dict[str, Any]

    @property
    def ends_as(self) -> str:
        """The status that closing minutes give the inspection; those of a form unknown here issue it."""
        known = FORMS.get(self.form)
        return Status.ISSUED.value if known is None or known.ends_as is None else known.ends_as


def read(fields: Mapping[str, Any]) -> Paper:
    """Read the fields of minutes; refuses what is not a document of ours."""
    series, year, number = fields.get("series"), fields.get("year"), fields.get("number")
    canonical, cose, moment = fields.get("canonical"), fields.get("cose"), read_instant(fields.get("issued_at"))
    if not isinstance(series, str) or not _whole(year, MAX_YEAR) or not _whole(number, seal.MAX_NUMBER):
        raise Refusal("malformed", "Biên bản phải có sổ, năm và số.")
    if not isinstance(canonical, str) or not isinstance(cose, str) or moment is None:
        raise Refusal("malformed", "Biên bản phải có nội dung, chữ ký số và thời điểm phát hành.")
    amends = fields.get("amends")
    if amends is not None and not is_uuid(amends):
        raise Refusal("bad_id", "Biên bản được bổ sung không có mã hợp lệ.")
    try:
        document = json.loads(canonical)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Refusal("malformed", "Nội dung biên bản không đọc được.")
    return Paper(series, year, number, canonical, _unpadded(cose), int(moment.timestamp()),
                 fields.get("closes") is True, amends, str(fields.get("form")), document)  # fmt: skip


def _whole(value: object, limit: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= limit


def _unpadded(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("bad_signature", "Chữ ký số không đọc được.") from None


def check_seal(paper: Paper, public_key: bytes, sites: frozenset[str]) -> None:
    """Refuse (`bad_signature`) a seal that is not this key's over exactly this paper of one of these establishments."""
    try:
        claims = seal.open_sealed(paper.cose, {seal.key_id(public_key): public_key})
    except seal.SealError as error:
        raise Refusal("bad_signature", error.message_vi) from None
    said = (claims.series, claims.year, claims.number, claims.issued_at, claims.sha256)
    meant = (paper.series, paper.year, paper.number, paper.issued_at, seal.digest(paper.canonical))
    if said != meant or claims.establishment not in sites:
        raise Refusal("bad_signature", "Chữ ký số không khớp với số, thời điểm, cơ sở hoặc nội dung của biên bản.")


def issue(
    act: Act, view: Overlay, inspection: Document, new: Document, fields: dict[str, Any], lost: dict[str, Any]
) -> Document:
    """Take minutes with a right signature: issued with a number from its own lease, else `conflicting`.

    Refuses a bad signature; holds papers of a device whose issuing is stopped; a lack of leadership is refused without
    a leased number and only shown with one (protocol, row "minutes").
    """
    paper = read(fields)
    check_seal(paper, act.device.public_key, sites_of(inspection.state))
    known = view.number_state(paper.series, paper.year, paper.number)
    own_lease = known.lease_device == act.device.device_id and _in_range(paper.number, known.lease_from, known.lease_to)
    own_lease = own_lease or known.forgotten
    leads = inspection.parent in act.device.led_campaigns
    if paper.form in register.FORMS:
        leads = leads or inspection.parent in act.device.verified_campaigns
    if not leads and not own_lease:
        raise Refusal("not_leader")
    if act.device.stopped and not act.decided:
        raise held("issuing_stopped")
    first = _amended_one(view, inspection, paper)
    awaited = known.awaits in (None, seal.digest(paper.canonical).hex())
    free = own_lease and awaited and not known.spent and known.taken_by in (None, new.id)
    status = ISSUED if free else CONFLICTING
    made = server_fields(view, inspection, paper)
    if not leads:
        who = "trưởng đoàn hoặc kiểm định viên" if paper.form in register.FORMS else "trưởng đoàn"
        made["warnings"].append(_warning("not_leader", f"Người phát hành không còn là {who} trên máy chủ."))
    made["warnings"] += _doubtful_time(view, act, paper, str(fields["issued_at"]))
    if known.forgotten:
        made["warnings"].append(_warning("lease_forgotten", "Số được cấp sau bản sao lưu đã khôi phục: nhận theo chữ ký của máy tính bảng."))  # fmt: skip
    if is_notice(paper.form):
        made["warnings"].append(_warning("office_form", "Thông báo do cơ quan phát hành, không phải do máy tính bảng."))
    said = register.told(new.id, paper.form, paper.issued_at, paper.document)
    instrument = _instrument_of(act, view, said, fields)
    if said is not None and instrument is None:
        made["warnings"].append(_warning("no_instrument", "Không có phương tiện đo này, hoặc giấy ghi phương tiện khác: sổ chưa ghi kết quả."))  # fmt: skip
    elif said is not None and (other := conclusions.otherwise(view, inspection, said.instrument_id, said.result)):
        made["warnings"].append(_warning("concluded_otherwise", other))
    if first is None and paper.closes and has_closing(view, inspection, but=new.id):
        made["warnings"].append(_warning("already_closed", "Cuộc kiểm tra đã có biên bản kết thúc khác."))
    state = {**fields, **made, "status": status, "created_by": act.device.user_id}
    document = view.write(act, None, replace(new, state=state), taken=fields, lost=lost)
    view.use(NumberUse(paper.series, paper.year, paper.number, new.id, status, act.device.device_id, known.lease_id))
    if status == ISSUED:
        close(view, inspection, paper, first)
        if said is not None and instrument is not None:
            view.follow(instrument, register.entered(instrument.state, said))
    return document


def _instrument_of(act: Act, view: Overlay, said: register.Told | None, fields: Mapping[str, Any]) -> Document | None:
    """Return the instrument that a paper writes of: the one that it prints, of this team's areas, named by the minutes."""
    if said is None or fields.get("instrument_id") not in (None, said.instrument_id) or not is_uuid(said.instrument_id):
        return None
    found = view.live("instrument", said.instrument_id)
    return found if found is not None and found.scope in act.device.grants else None


def _in_range(number: int, first: int | None, last: int | None) -> bool:
    return first is not None and last is not None and first <= number <= last


def _amended_one(view: Overlay, inspection: Document, paper: Paper) -> Document | None:
    """Return the minutes that these amend; waits for them, refuses those of another inspection."""
    if paper.amends is None:
        return None
    first = view.get("minutes", paper.amends)
    if first is None:
        raise Waiting(paper.amends)
    if first.parent != inspection.id:
        raise Refusal("parent_mismatch", "Biên bản bổ sung phải cùng cuộc kiểm tra với biên bản được bổ sung.")
    return first


def has_closing(view: Overlay, inspection: Document, *, but: str | None = None) -> bool:
    """Say whether standing minutes close an inspection; `but` is left out."""
    others = view.children(inspection.id, "minutes")
    return any(m.id != but and m.state.get("closes") is True and m.state.get("status") == ISSUED for m in others)


def close(view: Overlay, inspection: Document, paper: Paper, first: Document | None) -> None:
    """Write what issued minutes do to others: the amended one says so, closing ones issue the inspection."""
    if first is not None and first.state.get("status") == ISSUED:
        view.follow(first, {**first.state, "status": AMENDED})
    if paper.closes:
        status, _ = issue_step(str(inspection.state.get("status")), paper.ends_as)
        if status != inspection.state.get("status"):
            view.follow(inspection, {**inspection.state, "status": status})


def void(act: Act, view: Overlay, before: Document, voided: Mapping[str, Any]) -> Document:
    """Cross out minutes that this device's user issued; the paper and its number stay, both say why.

    Holds it for a supervisor once the inspection is approved, or photos of the signed pages are there: then it is no
    longer a spoiled print.
    """
    inspection = view.get("inspection", str(before.parent))
    photos = view.children(str(before.parent), "photo")
    signed = any(
        p.state.get("purpose") == "signed_paper"
        and not p.state.get("voided")
        and p.state.get("minutes_id") in (None, before.id)
        for p in photos
    )
    approved = inspection is not None and inspection.state.get("status") == Status.APPROVED
    if (signed or approved) and not act.decided:
        raise held("after-issue")
    state, was = before.state, before.state.get("status")
    after = replace(before, rev=before.rev + 1, state={**state, "voided": dict(voided), "status": VOID})
    document = view.write(act, before, after, taken={"voided": dict(voided)}, lost={})
    if was in (ISSUED, AMENDED):
        view.use(NumberUse(state["series"], state["year"], state["number"], before.id, VOID, act.device.device_id, None,
                           str(voided["reason"])))  # fmt: skip
        _take_back(view, before)
        if inspection is not None and reopens(
            inspection.state, before.id, state, view.children(inspection.id, "minutes")
        ):
            view.follow(inspection, {**inspection.state, "status": Status.IN_PROGRESS.value})
    first = view.live("minutes", state.get("amends"))
    if first is not None and no_longer_amended(
        first.id, first.state, before.id, view.children(str(before.parent), "minutes")
    ):
        view.follow(first, {**first.state, "status": ISSUED})
    return document


def _take_back(view: Overlay, minutes: Document) -> None:
    """Put back in the register what stood before a paper that is now void."""
    named = register.instrument_in(minutes.state)
    instrument = view.live("instrument", named) if is_uuid(named) else None
    if instrument is not None and instrument.state != (state := register.taken_back(instrument.state, minutes.id)):
        view.follow(instrument, state)


def reopens(inspection: Mapping[str, Any], voided_id: str, voided: Mapping[str, Any], papers: Iterable[Any]) -> bool:
    """Say whether a slip is open again once this record is void: it closed the slip, and nothing else does.

    Its instrument is still on the table: what was wrong on the paper has to be put right in the findings first.
    """
    closed_it = voided.get("form") == register.RECORD and voided.get("closes") is True
    others = (p for p in papers if p.id != voided_id and p.state.get("closes") is True)
    is_closed = any(p.state.get("status") in (ISSUED, AMENDED) for p in others)
    return closed_it and inspection.get("status") == Status.ISSUED and not is_closed


def no_longer_amended(first_id: str, first: Mapping[str, Any], voided_id: str, papers: Iterable[Any]) -> bool:
    """Say whether minutes stand unamended again once this amendment is void. `papers`: those of the inspection."""
    others = (p for p in papers if p.id != voided_id and p.state.get("amends") == first_id)
    return first.get("status") == AMENDED and not any(p.state.get("status") in (ISSUED, AMENDED) for p in others)


def server_fields(view: Overlay, inspection: Document, paper: Paper) -> dict[str, Any]:
    """Return what the server adds to minutes: diverged findings, warnings, and what they freeze."""
    printed = listed(paper.document)
    live = {f.id: f.state for f in view.children(inspection.id, "finding")}
    taken = {s.id: samples.fingerprint(s.state) for s in view.children(inspection.id, "sample")}
    told = {r.id: samples.result_digest(r.state) for r in view.children(inspection.id, "lab_result")}
    digests = {**taken, **told, **{id: fingerprint(state) for id, state in live.items()}}
    diverged = [id for id, sha256 in printed.items() if digests.get(id) != sha256]
    if paper.closes and paper.amends is None:
        shown = printed.keys() | _printed_elsewhere(view, inspection, paper)
        diverged += [id for id in live if id not in shown and not live[id].get("voided") and _entered(live[id])]
    warnings = (
        list(_missing_answers(view, inspection, {*printed, *live})) if paper.closes and paper.ends_as == ISSUED else []
    )
    if paper.closes and not issue_step(str(inspection.state.get("status")), paper.ends_as)[1]:
        warnings.append(_warning("status", f"Cuộc kiểm tra trên máy chủ đang ở trạng thái “{inspection.state.get('status')}”."))  # fmt: skip
    return {"diverged": sorted(diverged), "warnings": warnings, "freezes": sorted(printed)}


def _printed_elsewhere(view: Overlay, inspection: Document, paper: Paper) -> frozenset[str]:
    """Return what other standing papers of a slip list: each of its instruments has a record of its own."""
    if paper.form not in register.FORMS:
        return frozenset()
    standing = (m for m in view.children(inspection.id, "minutes") if m.state.get("status") == ISSUED)
    return frozenset(id for m in standing for id in m.state.get("freezes") or ())


def _doubtful_time(view: Overlay, act: Act, paper: Paper, issued_at: str) -> Iterator[dict[str, Any]]:
    """Say where the printed time, from which legal deadlines run, came from a wrong clock, or is not of its number's year.

    Numbers run within a calendar year: NĐ 30/2020 Điều 15.
    """
    evidence = judge_clock(issued_at, act.operation.clock, datetime.fromisoformat(view.at))
    if "skewed" in evidence.flags and evidence.skew_ms is not None:
        off = round(evidence.skew_ms / 60_000)
        yield _warning("clock_skewed", f"Đồng hồ máy tính bảng lệch {off} phút so với máy chủ: không tính thời hạn theo ngày giờ ghi trên biên bản.")  # fmt: skip
    elif "future" in evidence.flags:
        yield _warning("clock_ahead", "Ngày giờ ghi trên biên bản muộn hơn lúc máy chủ nhận: không tính thời hạn theo ngày giờ này.")  # fmt: skip
    printed = datetime.fromtimestamp(paper.issued_at, VIETNAM).year
    if printed != paper.year:
        yield _warning("other_year", f"Biên bản ghi năm {printed} nhưng lấy số của sổ năm {paper.year}.")


def listed(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the findings, samples and results that a canonical document lists: id -> SHA-256 of what was entered."""
    lists = [document.get(name) for name in ("findings", "samples", "results")]
    found: dict[str, str] = {}
    for row in [row for rows in lists if isinstance(rows, list) for row in rows]:
        if isinstance(row, dict) and is_uuid(row.get("id")) and isinstance(row.get("sha256"), str):
            found[row["id"]] = row["sha256"]
    return found


def _entered(state: Mapping[str, Any]) -> bool:
    return any(state.get(name) for name in ENTERED)


def _warning(code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "detail": detail, **more}


def _missing_answers(view: Overlay, inspection: Document, answered: set[str]) -> Iterator[dict[str, Any]]:
    """Name the required items without an answer, conditional ones where their condition holds on the server."""
    site = inspection.state.get("establishment_id")
    instruments = view.children(site, "instrument") if isinstance(site, str) else []
    findings = [f.state for f in view.children(inspection.id, "finding") if not f.state.get("voided")]
    for row in inspection.state.get("checklists") or []:
        checklist = pinned(view, inspection, str(row.get("code"))) if isinstance(row, dict) else None
        for section in checklist.sections if checklist is not None else ():
            subjects: list[tuple[str | None, Mapping[str, Any] | None]] = (
                [(None, None)] if section.per == "visit" else []
            )
            if section.per in {"instrument", "vehicle"}:
                subjects = [(i.id, i.state) for i in instruments if i.state.get("type") in section.instrument_types]
            for subject, state in subjects:
                own = [f for f in findings if checklist is not None and f.get("checklist") == checklist.code]
                answers = answers_for(own, subject)
                for item in section.items:
                    if checklist is None or not item.required or not applies(item.when, state, answers):
                        continue
                    if answer_id(inspection.id, checklist.code, item.key, subject, 0) not in answered:
                        yield _warning("missing_answer", f"Chưa có kết quả của mục {item.key}.",
                                       checklist=checklist.code, item=item.key, subject_id=subject)  # fmt: skip


def refused_use(op: Operation, device: DeviceContext, view: Overlay) -> NumberUse | None:
    """Return the number that a refused paper carries, to be shown as such: only one of this device's own lease.

    `conflicting` where other minutes stand under it, else `quarantined`.
    """
    series, year, number = op.set.get("series"), op.set.get("year"), op.set.get("number")
    if op.kind != "minutes" or not isinstance(series, str):
        return None
    if not _whole(year, MAX_YEAR) or not _whole(number, seal.MAX_NUMBER):
        return None
    known = view.number_state(series, year, number)
    if known.lease_device != device.device_id or not _in_range(number, known.lease_from, known.lease_to):
        return None
    status = CONFLICTING if known.taken_by not in (None, op.id) else QUARANTINED
    return NumberUse(series, year, number, op.id, status, device.device_id, known.lease_id)
