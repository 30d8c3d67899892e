"""The check of the checker: the model finds every seeded fault within CI's budget, always with the same examples."""

from __future__ import annotations

import pytest
from hypothesis.stateful import run_state_machine_as_test

from sync.feed import JournalBroken
from tests.sync.model.faults import FAULTS, Fault
from tests.sync.model.machine import Model, run_settings


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_model_finds_it(fault: Fault) -> None:
    class Faulty(Model):
        DRIVER = staticmethod(lambda: fault.driver(fault.memory()))

    with fault.core(), pytest.raises((AssertionError, JournalBroken)) as found:
        run_state_machine_as_test(Faulty, settings=run_settings(200, 30, find_only=True))
    assert fault.says in str(found.value)
