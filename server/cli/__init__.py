"""The commands a user types: one file per noun. `--json` prints one JSON document; errors exit 1, wrong usage 2."""

from __future__ import annotations

from flask import Flask

from server.cli import (
    backup,
    cases,
    checklists,
    demo,
    establishments,
    evidence,
    journal,
    law,
    limits,
    marks,
    minutes,
    numbers,
    organisations,
    photos,
    procedures,
    programme,
    restore,
    samples,
    standards,
    tablets,
    uploads,
    users,
    working_days,
)
from server.cli import demo_day as _demo_day  # adds `day` and `welcome` to the demo group
from server.cli import other_inspections as _other_inspections  # adds `others` to the programme group
from server.cli import sample_draw as _sample_draw  # adds `draw` to the samples group

GROUPS = (
    programme,
    establishments,
    users,
    tablets,
    demo,
    checklists,
    procedures,
    limits,
    law,
    journal,
    minutes,
    numbers,
    marks,
    standards,
    uploads,
    photos,
    evidence,
    cases,
    working_days,
    samples,
    organisations,
    backup,
    restore,
)


def register(app: Flask) -> None:
    """Hang every group on `flask`."""
    for module in GROUPS:
        app.cli.add_command(module.group)


__all__ = ["_demo_day", "_other_inspections", "_sample_draw", "register"]
