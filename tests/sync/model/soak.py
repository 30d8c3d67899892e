"""`make soak`: the model over the pure core for as long as one likes, with other examples every time."""

from __future__ import annotations

import logging
import secrets
import sys
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.model.laws import LawfulDriver
from tests.sync.model.machine import Model

EXAMPLES, ROUND, STEPS = 20_000, 500, 40


def soak(examples: int, first_seed: int | None = None) -> None:
    """Run rounds of examples; a failure ends it with its smallest example and the blob that repeats it.

    `first_seed` repeats the round that printed it.
    """
    logging.disable(logging.CRITICAL)  # quarantined poison is expected here, thousands of times
    begun, done = time.monotonic(), 0
    while done < examples:
        count = min(ROUND, examples - done)
        drawn = secrets.randbits(64) if first_seed is None or done else first_seed
        print(f"{done:6}/{examples}  {time.monotonic() - begun:7.0f} s  seed {drawn}", flush=True)  # noqa: T201 - a person watches
        run_state_machine_as_test(seeded(drawn), settings=settings(
            max_examples=count, stateful_step_count=STEPS, deadline=None, database=None, print_blob=True,
            phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False, suppress_health_check=list(HealthCheck)))  # fmt: skip
        done += count
    print(f"{done:6}/{examples}  {time.monotonic() - begun:7.0f} s  nothing found", flush=True)  # noqa: T201 - the same


def seeded(drawn: int) -> type[Model]:
    """The model with its random numbers fixed: a printed seed repeats its round."""

    class Seeded(Model):
        DRIVER = LawfulDriver

    return seed(drawn)(Seeded)


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:3]]
    soak(*given if given else [EXAMPLES])
