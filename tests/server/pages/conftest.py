"""Who sits at the desk."""

from __future__ import annotations

import pytest

from tests.builders import Office, Person
from tests.server.pages.scene import Desk


@pytest.fixture
def supervisor(office: Office) -> Person:
    """A supervisor."""
    return office.hires("supervisor", "Nguyễn Thanh Bình")


@pytest.fixture
def desk(office: Office, supervisor: Person) -> Desk:
    """Signed in."""
    return Desk(office.app.test_client()).signs_in(supervisor)
