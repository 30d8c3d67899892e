"""The same model over the whole server: real HTTP, real database, real services, the process dying anywhere."""

from __future__ import annotations

from flask import Flask
from hypothesis.stateful import run_state_machine_as_test

from tests.server.model.real import Database, RealDriver
from tests.sync.model.machine import Model, run_settings


def test_the_model_holds_on_the_whole_server(app: Flask) -> None:
    pristine = Database(app).copy("pristine")

    class RealModel(Model):
        LOOKS_EVERY = 5
        DRIVER = staticmethod(lambda: RealDriver(app, pristine))

    run_state_machine_as_test(RealModel, settings=run_settings(10, 20))
