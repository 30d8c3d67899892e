"""A new version of the app, with a new schema, comes onto a tablet that has not sent anything for a long day."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from server.demo.serving import ROOT
from tests.browser.day.arrival import arrived_once
from tests.browser.day.department import Department
from tests.browser.day.tablet import SLOW, FieldTablet
from tests.pictures import jpeg

pytestmark = pytest.mark.timeout(900)
INSPECTIONS, PHOTOS_EACH = 12, 5


@pytest.fixture(scope="module")
def next_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static folder of the next version."""
    folder = tmp_path_factory.mktemp("next")
    npx = shutil.which("npx")
    assert npx, "chạy make setup trước"
    done = subprocess.run(
        [npx, "vite", "build", "--config", "test/update/vite.config.ts", "--logLevel", "error"], cwd=ROOT / "tablet",
        env={**os.environ, "APP_FOLDER": str(folder / "app")}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def test_an_update_loses_nothing(tablet: FieldTablet, department: Department, next_version: Path) -> None:
    """Acceptance 12: 12 inspections and 60 photos unsent, a new worker, a new schema, a kill in mid-migration, signed out."""
    tablet.context.set_offline(True)
    for number, inspection in enumerate(sorted(department.planned_of("Cửa hàng xăng dầu"))[:INSPECTIONS]):
        tablet.begins(inspection)
        tablet.answers("GE02", "Không đạt")
        tablet.photographs("GE02", *(jpeg(seed=number * PHOTOS_EACH + n) for n in range(PHOTOS_EACH)))
    before = tablet.holds()
    assert len(before["photos"]) == INSPECTIONS * PHOTOS_EACH
    tablet.signs_out()

    department.stops()
    department.server.serves = "tests.browser.day.next_build:app"
    department.server.environment["NEXT_STATIC"] = str(next_version)
    department.server.starts()
    tablet.context.route("**/api/**", lambda route: route.abort())  # a Wi-Fi that lets only the app through
    tablet.context.set_offline(False)
    tablet.goes("/settings")
    # The app may have found it by itself already: then there is no button to look for it any more.
    tablet.page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.update())")
    expect(tablet.page.get_by_text("Đã có phiên bản mới của ứng dụng.")).to_be_visible(timeout=SLOW)
    with tablet.page.expect_console_message(lambda said: said.text == "migrating 3", timeout=SLOW):
        tablet.presses("Cập nhật ngay")
    tablet.dies()

    page = tablet.starts(to=None)
    with page.expect_console_message(lambda said: said.text == f"migrated {len(before['ops'])}", timeout=SLOW):
        page.goto("/app/")
    tablet.signs_in()
    tablet.has_sent_everything(3 * SLOW)
    assert {op["op_id"] for op in before["ops"]} <= set(department.taken())
    arrived_once(tablet, department, before)
