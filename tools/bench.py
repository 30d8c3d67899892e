"""`make bench`: CPU of the main jobs, from the operating system, medians. Prints a table; asserts nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import flask_migrate
from rich.console import Console
from rich.table import Table

from checklists import catalog
from server.app import create_app
from server.demo.pictures import jpeg
from server.extensions import db
from server.printing.minutes import render
from server.security.keys import server_key
from server.services import minutes
from sync import ids
from tests.builders import Kit, Office
from tests.conftest import settings_in

RUNS = 9


def cpu_ms(work: Callable[[], Any], runs: int = RUNS) -> float:
    """Median CPU of this process (user and system) in ms."""
    spent = []
    for _ in range(runs):
        before = time.process_time()
        work()
        spent.append((time.process_time() - before) * 1000)
    return statistics.median(spent)


class Bench:
    """A server in this process, a team, a site with many documents."""

    def __init__(self, folder: Path) -> None:
        self.settings = settings_in(folder)
        self.app = create_app(self.settings)
        with self.app.app_context():
            flask_migrate.upgrade()
        self.office = Office(self.app)
        self.office.has_organisation()
        self.office.opens_series()
        self.leader = self.office.hires("team_leader")
        self.site = self.office.registers_establishment()
        self.instruments = [self.office.registers_instrument(self.site) for _ in range(5)]
        self.campaign = self.office.opens_campaign(self.leader, establishments=[self.site])
        self.client = self.app.test_client()
        self.seqs: dict[str, int] = {}

    def findings(self, kit: Kit, inspection: str, count: int) -> list[dict[str, Any]]:
        """Operations that create `count` findings of one inspection."""
        checklist = catalog.load().latest("fuel-dispenser")
        pin = {"code": checklist.code, "version": checklist.version, "sha256": checklist.sha256}
        keys = [i.key for s in checklist.sections for i in s.items if i.type == "answer"]
        ops = []
        for n in range(count):
            item, ordinal = keys[n % len(keys)], n // len(keys)
            seq = self.seqs[kit.device_id] = self.seqs.get(kit.device_id, 0) + 1
            state = {"inspection_id": inspection, "checklist": checklist.code, "item": item, "subject_id": None,
                     "ordinal": ordinal, "answer": "conforming", "values": {}, "rows": [], "note": "Đã kiểm tra", "photo_ids": []}  # fmt: skip
            ops.append({"op_id": ids.uuid7(int(time.time() * 1000)), "device_seq": seq, "group": None, "kind": "finding",
                        "id": ids.answer_id(inspection, checklist.code, item, None, ordinal), "parent": inspection,
                        "type": "create", "scope": f"campaign:{self.campaign}", "base_rev": None, "set": state, "base": {},
                        "checklist": pin, "at": "2026-11-24T08:00:00+07:00",
                        "clock": {"boot": "b", "mono_ms": seq, "offset_ms": 0, "offset_age_s": 1}})  # fmt: skip
        return ops

    def post(self, kit: Kit, path: str, body: dict[str, Any]) -> Any:
        """One JSON request as a tablet sends it."""
        data = gzip.compress(json.dumps(body, ensure_ascii=False).encode())
        headers = {
            **kit.headers,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "Accept-Encoding": "gzip",
        }
        answer = self.client.post(f"/api/v1{path}", data=data, headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        return answer


def push_200(bench: Bench) -> float:
    """200 findings in one push."""
    kit = bench.office.enrols(bench.leader)
    bodies = [
        {
            "protocol": 1,
            "epoch": "",
            "ops": bench.findings(kit, bench.office.plans_inspection(bench.campaign, bench.site, bench.leader), 200),
        }
        for _ in range(RUNS + 1)
    ]
    bench.post(kit, "/sync/push", bodies.pop(0))
    return cpu_ms(lambda: bench.post(kit, "/sync/push", bodies.pop(0)))


def pulls(bench: Bench) -> tuple[float, float, float]:
    """First pull of about 530 documents (CPU ms, KB gzipped), then a pull with nothing new."""
    kit = bench.office.enrols(bench.leader)
    small = bench.office.opens_campaign(bench.leader, establishments=[bench.site])
    whole = bench.post(kit, "/sync/pull", {"cursor": None, "limit": 530})
    first = cpu_ms(lambda: bench.post(kit, "/sync/pull", {"cursor": None, "limit": 530}))
    cursor = None
    while True:
        page = json.loads(gzip.decompress(bench.post(kit, "/sync/pull", {"cursor": cursor, "limit": 1000}).get_data()))
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert small
    nothing = cpu_ms(
        lambda: bench.client.post("/api/v1/sync/pull", json={"cursor": cursor, "limit": 500}, headers=kit.headers), 31
    )
    return first, len(whole.get_data()) / 1024, nothing


def photo(bench: Bench) -> float:
    """A 300 KB photo in one request, with fsync and read-back."""
    kit = bench.office.enrols(bench.leader)
    base = jpeg("x", datetime.now(UTC), (800, 600))
    assert len(base) < 300_000, "bytes that were sent before need not come again: each photo must be another"
    pictures = [base + os.urandom(300_000 - len(base)) for _ in range(RUNS + 1)]

    def send() -> None:
        data = pictures.pop()
        pairs = {
            "photo_id": ids.uuid7(int(time.time() * 1000)),
            "sha256": hashlib.sha256(data).hexdigest(),
            "filetype": "image/jpeg",
        }
        metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
        headers = {**kit.headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": metadata,
                   "Content-Type": "application/offset+octet-stream"}  # fmt: skip
        answer = bench.client.post("/api/v1/uploads", data=data, headers=headers)
        assert answer.status_code == 201, answer.get_data(as_text=True)

    send()
    return cpu_ms(send)


def pdf(bench: Bench) -> float:
    """The minutes of an inspection with 200 findings, printed warm."""
    kit = bench.office.enrols(bench.leader)
    inspection = bench.office.plans_inspection(bench.campaign, bench.site, bench.leader)
    bench.post(kit, "/sync/push", {"protocol": 1, "epoch": "", "ops": bench.findings(kit, inspection, 40)})
    key = server_key(bench.settings.instance)
    with bench.office.transaction() as session:
        id = minutes.issue(session, inspection, "inspection", actor=bench.leader.id, key=key, now=datetime.now(UTC))
    with bench.app.app_context():
        state = minutes.as_issued(db.session(), id)
    cose = minutes.unpadded(state["cose"])
    render(state["canonical"], cose, host="h.vn", status="issued")
    return cpu_ms(lambda: render(state["canonical"], cose, host="h.vn", status="issued"))


def resting_mb() -> float:
    """Resident memory of this process, tests' helpers included: an upper bound for a server at rest."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS"))) / 1024


def main() -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        bench = Bench(folder)
        resting = resting_mb()
        table = Table("việc", "đo được", "mục tiêu", title="CPU (ms, trung vị) trên SQLite")
        table.add_row("gửi 200 kết quả trong một lượt", f"{push_200(bench):.1f} ms", "≤ 60 ms")
        first, size, nothing = pulls(bench)
        table.add_row("tải lần đầu 530 tài liệu", f"{first:.1f} ms, {size:.0f} KB", "≤ 50 ms, ≤ 150 KB")
        table.add_row("tải khi không có gì mới", f"{nothing:.2f} ms", "≤ 2 ms")
        table.add_row("ảnh 300 KB, có fsync", f"{photo(bench):.1f} ms", "≤ 4 ms")
        table.add_row("in PDF biên bản (40 kết quả)", f"{pdf(bench):.1f} ms", "≤ 60 ms")
        table.add_row("bộ nhớ khi nghỉ", f"{resting:.0f} MB", "≤ 150 MB")
        Console().print(table)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
