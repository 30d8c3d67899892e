"""What the office's lists cost at 20,000 establishments, 40,000 inspections, 1,000,000 findings, on both engines.

    python tools/office_bench.py [--quick] [--engine sqlite|postgresql] [--runs 20]

Server time of each page in this process, without the network: p50 and p95 of wall time, and the median of CPU.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table

from server.app import create_app
from server.extensions import db
from tests.builders import Office
from tests.conftest import settings_in
from tests.office_fill import FULL, QUICK, Size, fill
from tests.office_lists import LISTS
from tests.server.pages.scene import Desk
from tools.served import ENGINES, database

TARGET_MS = 300


@contextmanager
def filled(engine: str, size: Size) -> Iterator[Flask]:
    """Give a filled server on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="office-bench-") as name, database(engine, Path(name)) as (url, _):
        app = create_app(settings_in(Path(name), url))
        with app.app_context():
            flask_migrate.upgrade()
        began = time.perf_counter()
        fill(Office(app), size, date(2026, 11, 26))
        print(
            f"{engine}: {size.establishments} cơ sở, {size.inspections} cuộc, {size.findings} kết quả, nạp {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def timed(client: FlaskClient, path: str, runs: int) -> tuple[float, float, float]:
    """Return p50 and p95 of wall time and the median of CPU of a page, in ms; the first call warms up."""
    assert client.get(path).status_code == 200, path
    wall, cpu = [], []
    for _ in range(runs):
        began, spent = time.perf_counter(), time.process_time()
        client.get(path)
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    wall.sort()
    return wall[len(wall) // 2], wall[min(len(wall) - 1, int(len(wall) * 0.95))], sorted(cpu)[len(cpu) // 2]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--runs", type=int, default=20)
    said = parser.parse_args()
    for engine in said.engine or ENGINES:
        with filled(engine, QUICK if said.quick else FULL) as app:
            gc.collect()
            gc.freeze()  # as wsgi.py does: else the collector walks this process's own tools, half a second at a stroke
            desk = Desk(app.test_client()).signs_in(Office(app).hires("admin", "Quản Trị"))
            table = Table("trang", "p50", "p95", "CPU", f"≤ {TARGET_MS} ms", title=f"Trang danh sách, {engine} (ms)")
            for name, path in LISTS.items():
                p50, p95, cpu = timed(desk.client, path, said.runs)
                table.add_row(name, f"{p50:.0f}", f"{p95:.0f}", f"{cpu:.0f}", "" if p95 <= TARGET_MS else "quá")
            Console(width=100).print(table)


if __name__ == "__main__":
    main()
