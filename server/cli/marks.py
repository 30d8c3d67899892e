"""`flask marks`: the ledger of stickers and seals: batches, one serial's story, giving out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import mark_book, mark_days, mark_leases, mark_list, mark_stocktakes, mark_words, tablets
from server.services.creation import SYSTEM
from server.services.mark_book import Received
from server.web.transaction import writing
from sync.paper_words import local

group = Group("marks", help="Sổ tem, chì kiểm định.")
KIND = click.Choice(list(mark_book.KINDS))


@group.command("register")
@json_option
def register(as_json: bool) -> None:
    """In cả sổ: từng lô, máy nào đang giữ gì, theo ngày, kiểm kê, và các số không khớp (phải trống)."""
    session = db.session()
    found, held = mark_list.overview(session), mark_list.held(session, every=True)
    value: dict[str, Any] = {
        "batches": [{"id": r.batch.id, "kind": r.batch.state["kind"], "organisation_id": r.batch.state["organisation_id"],
                     "first": r.batch.ends[0], "last": r.batch.ends[1], "received_on": r.batch.state["received_on"],
                     **mark_list.figures(r)} for r in found.rolls],
        "leases": [{"id": h.lease.id, "kind": h.lease.state["kind"], "device_id": h.lease.device_id, "tablet": h.tablet,
                    "first": h.lease.ends[0], "last": h.lease.ends[1], "granted": h.count, "used": h.used,
                    "returned": h.returned, "written_off": h.lost, "left": h.left, "left_serials": h.left_text} for h in held],
        "days": [{"on": d.on, "device_id": d.device_id, "kind": d.kind, **d.flows, "left": d.left} for d in mark_days.days(session)],
        "stocktakes": [{"id": s.id, "at": s.at, "state": s.state,
                        "counts": [{"roll": c.roll, "counted": c.counted, "expected_then": c.then, "expected": c.now,
                                    "difference": c.difference, "serials": c.serials, "explanation": c.explanation} for c in s.counts]}
                       for s in mark_stocktakes.stocktakes(session)],
        "findings": [{"code": f.code, "kind": f.kind, "serial": f.serial} for f, _ in mark_list.findings(session)],
        "taken": found.taken,
    }  # fmt: skip
    lines = [_line(batch) for batch in value["batches"]] or ["Chưa nhập lô tem, chì nào."]
    lines += [
        f"{h.tablet}: {h.lease.ends[0]} – {h.lease.ends[1]}, còn {h.left} ({h.left_text})" for h in held if h.left
    ]
    lines += [f"Không khớp: {f['serial']}: {mark_words.FINDINGS[f['code']]}" for f in value["findings"]]
    show(value, lines, as_json=as_json)


@group.command("find")
@click.argument("serial")
@json_option
def find(serial: str, as_json: bool) -> None:
    """Kể lại quá trình của một số tem, chì."""
    stories = mark_list.find(db.session(), serial)
    if not stories:
        fail(f"Không có tem, chì nào mang số {serial}.")
    value = [{"kind": s.kind, "serial": s.text, "organisation": s.organisation, "batch_id": s.batch_id, "fate": s.fate,
              "events": [{"at": e.at, "what": e.what, "where": e.where, "note": e.note} for e in s.events]} for s in stories]  # fmt: skip
    lines = []
    for story in stories:
        lines.append(f"{mark_words.KINDS[story.kind]} {story.text}: {mark_words.FATES[story.fate]}")
        lines += [f"  {e.at}  {e.what}  {e.where}  {e.note}".rstrip() for e in story.events]
    show(value, lines, as_json=as_json)


@group.command("receive")
@click.option("--organisation", required=True, help="Mã cơ quan nhận (flask organisations list).")
@click.option("--kind", type=KIND, required=True, help="sticker: tem; seal: chì, niêm.")
@click.option("--first", required=True, help="Số đầu như in trên tem, chì.")
@click.option("--last", required=True, help="Số cuối.")
@click.option("--on", "received_on", required=True, help="Ngày nhận, dạng NĂM-THÁNG-NGÀY.")
@click.option("--from", "received_from", required=True, help="Nhận từ đâu.")
@click.option("--note", default="")
@json_option
def receive(organisation: str, as_json: bool, **typed: str) -> None:
    """Nhập một lô tem, chì vào sổ."""
    now = datetime.now(UTC)
    try:
        said = Received.of({"organisation_id": organisation, **typed}, local(now).date())
        with writing(db.session) as session:
            id = mark_book.receive(session, said, actor=SYSTEM, now=now)
    except Problem as problem:
        fail(problem.detail)
    show({"id": id, "count": said.count}, [f"Đã nhập {said.count} số, mã lô {id}."], as_json=as_json)


@group.command("lease")
@click.option("--device", required=True, help="Mã máy tính bảng (flask tablets list).")
@click.option("--organisation", required=True, help="Tem, chì của cơ quan nào.")
@click.option("--kind", type=KIND, required=True)
@click.option("--count", type=int, required=True, help="Bao nhiêu số.")
@click.option("--first", default="", help="Bắt đầu từ số nào; bỏ trống thì từ số còn lại đầu tiên.")
@json_option
def lease(device: str, organisation: str, kind: str, count: int, first: str, as_json: bool) -> None:
    """Cấp tem, chì cho một máy tính bảng."""
    try:
        with writing(db.session) as session:
            holder = tablets.device_of(session, device)
            given = mark_leases.grant(
                session, holder, organisation, kind, count, datetime.now(UTC), actor=SYSTEM, first=first
            )
    except Problem as problem:
        fail(problem.detail)
    show(mark_leases.served(given), ["Đã cấp {} – {}, mã dải {}.".format(*given.ends, given.id)], as_json=as_json)


@group.command("return")
@click.option("--lease", "lease_id", required=True, help="Mã dải đã cấp.")
@click.option("--first", required=True, help="Số đầu nhận lại.")
@click.option("--last", default="", help="Số cuối; bỏ trống thì một số.")
def give_back(lease_id: str, first: str, last: str) -> None:
    """Nhận lại tem, chì máy chưa dùng."""
    try:
        with writing(db.session) as session:
            span = mark_book.range_in(mark_leases.existing(session, lease_id), first, last)
            back = mark_leases.give_back(session, lease_id, [span], actor=SYSTEM, now=datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    click.echo(f"Đã nhận lại {len(back)} số.")


def _line(batch: dict[str, Any]) -> str:
    fates = ", ".join(f"{words.lower()} {batch[fate]}" for fate, words in mark_words.FATES.items() if batch[fate])
    return f"{mark_words.KINDS[batch['kind']]} {batch['first']} – {batch['last']} (nhận {batch['received_on']}): {batch['received']} số; {fates}"
