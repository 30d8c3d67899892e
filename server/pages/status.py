"""/healthz, /readyz, /metrics: what a load balancer and a monitoring system ask."""

from __future__ import annotations

import logging

import orjson
from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.extensions import db
from server.services import ledger
from server.settings import Settings
from server.storage import open_store
from server.storage.blobs import StoreFull, StoreUnavailable
from server.web.guards import public

bp = Blueprint("status", __name__)
log = logging.getLogger(__name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """Answer: the process runs."""
    return _json({"status": "ok"})


@bp.get("/readyz")
@public
def ready() -> Response:
    """Answer 503 where the database does not answer or is not migrated, with the reason.

    A photo store in trouble is said, with 200: pushes go on without it, and a balancer must not cut them off.
    """
    try:
        db.session().execute(text("SELECT 1"))
        epoch = ledger.epoch(db.session())
    except SQLAlchemyError as error:
        return _json({"status": "unavailable", "database": type(error).__name__}, 503)
    settings: Settings = current_app.config["SETTINGS"]
    try:
        open_store(settings.blob_url, settings.instance).check()
    except (StoreFull, StoreUnavailable) as error:
        log.warning("photo store: %s: %s", type(error).__name__, error)
        return _json({"status": "degraded", "epoch": epoch, "storage": type(error).__name__})
    return _json({"status": "ready", "epoch": epoch, "storage": "ready"})


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Write the process's metrics in the Prometheus text format."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status=status, mimetype="application/json")
