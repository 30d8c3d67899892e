"""The model over the pure core: 200 examples in CI, 20,000 in `make soak`."""

from __future__ import annotations

from tests.sync.model.machine import Model, run_settings

TestModel = Model.TestCase
TestModel.settings = run_settings(200, 25)
