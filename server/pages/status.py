"""/healthz, /readyz, /metrics: what a load balancer and a monitoring system ask."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.extensions import db
from server.services import ledger
from server.web.guards import public

bp = Blueprint("status", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """Answer: the process runs."""
    return _json({"status": "ok"})


@bp.get("/readyz")
@public
def ready() -> Response:
    """Answer 200 where the database answers and is migrated, else 503 with the reason."""
    try:
        db.session().execute(text("SELECT 1"))
        epoch = ledger.epoch(db.session())
    except SQLAlchemyError as error:
        return _json({"status": "unavailable", "database": type(error).__name__}, 503)
    return _json({"status": "ready", "epoch": epoch})


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Write the process's metrics in the Prometheus text format."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status=status, mimetype="application/json")
