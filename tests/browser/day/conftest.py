"""Tablets in the field: one department is founded and one tablet enrolled for all of these files; each works on copies of both."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from server.demo.serving import ROOT
from tests.browser.day.department import LEADER, Department
from tests.browser.day.tablet import UPRIGHT, FieldTablet


@dataclass
class Prepared:
    """A department, and the profile of a tablet that its leader enrolled: synced, with numbers, ready for a day offline."""

    department: Department
    profile: Path


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Department:
    """A department with the reference programme and no tablet."""
    assert (ROOT / "server" / "static" / "app" / "index.html").is_file(), "chạy make setup trước"
    return Department.founded(tmp_path_factory.mktemp("founded") / "server")


@pytest.fixture(scope="session")
def prepared(founded: Department, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Enrol once what the tests copy."""
    folder = tmp_path_factory.mktemp("prepared")
    department = founded.copied(folder / "server")
    department.server.starts()
    try:
        with sync_playwright() as playwright:
            tablet = FieldTablet(playwright, department, folder / "profile")
            tablet.starts()
            tablet.enrols(LEADER)
            tablet.leases_numbers()
            tablet.stops()
    finally:
        department.stops()
    return Prepared(department, folder / "profile")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """One driver for the tests of a file."""
    with sync_playwright() as found:
        yield found


@pytest.fixture
def department(prepared: Prepared, tmp_path: Path) -> Iterator[Department]:
    """This test's own department, serving, as it stood when the tablet was ready."""
    found = prepared.department.copied(tmp_path / "server")
    found.server.starts()
    yield found
    found.server.stops()


@pytest.fixture
def tablet_of(
    prepared: Prepared, playwright: Playwright, department: Department, tmp_path: Path
) -> Iterator[Callable[..., FieldTablet]]:
    """Hand out tablets: enrolled ones are copies of one that is ready, others are new. What the app throws fails the test."""
    tablets: list[FieldTablet] = []

    def make(*, enrolled: bool = True, size: tuple[int, int] = UPRIGHT) -> FieldTablet:
        profile = tmp_path / f"profile{len(tablets)}"
        if enrolled:
            shutil.copytree(prepared.profile, profile, symlinks=True)
        tablets.append(FieldTablet(playwright, department, profile, size))
        return tablets[-1]

    yield make
    for tablet in tablets:
        tablet.stops()
    assert [c for tablet in tablets for c in tablet.complaints] == []


@pytest.fixture
def tablet(tablet_of: Callable[..., FieldTablet]) -> FieldTablet:
    """The leader's tablet, signed in."""
    tablet = tablet_of()
    tablet.starts()
    tablet.signs_in()
    return tablet
