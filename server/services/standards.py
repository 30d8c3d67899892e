"""Measurement standards (chuẩn đo lường) and meters of the team: past its calibration date none supports a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem, ProblemCode
from server.services import ledger
from server.services.creation import created


def register(session: Session, state: Mapping[str, Any], *, actor: str, at: datetime) -> str:
    """Write a standard {name, kind, serial, calibrated_until, certificate_number, attributes}; return its id."""
    for name, label in (
        ("name", "tên chuẩn"),
        ("kind", "loại"),
        ("serial", "số máy"),
        ("calibrated_until", "hạn hiệu chuẩn"),
    ):
        if not state.get(name):
            raise Problem(ProblemCode.INVALID_REQUEST, f"Chuẩn đo lường: thiếu {label}.")
    date.fromisoformat(state["calibrated_until"])
    twin = next((d for d in documents.of_kind(session, "measurement_standard")
                 if (d.state["kind"], d.state["serial"]) == (state["kind"], state["serial"])), None)  # fmt: skip
    if twin is not None:
        raise Problem(ProblemCode.CONFLICT, f"Chuẩn {state['name']} số {state['serial']} đã có.")
    id = ledger.new_id()
    whole = {"certificate_number": "", "attributes": {}, **state}
    ledger.record(session, [created("measurement_standard", ledger.AGENCY, whole, actor=actor, id=id)], at)
    return id


def of_kind(session: Session, kind: str, day: date) -> list[str]:
    """The ids of the standards of a kind that are within their calibration on a day."""
    return sorted(
        d.id
        for d in documents.of_kind(session, "measurement_standard")
        if d.state["kind"] == kind and d.state["calibrated_until"] >= day.isoformat()
    )
