"""POST /sync/hello, /sync/push, /sync/pull and GET /sync/receipts: the tablet's whole conversation."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, current_app, g
from flask_smorest import Blueprint
from prometheus_client import Counter as Metric

from schemas import sync as wire
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import grants, hello, pull, push, receipts
from server.web.answers import json_answer
from server.web.guards import device_required, now, queue_delivery
from server.web.openapi import json_body, problems, query
from server.web.transaction import written

blp = Blueprint("sync", __name__, description="Đồng bộ giữa máy tính bảng và máy chủ (docs/protocol.md)")
OPERATIONS = Metric("hientruong_operations", "Fresh operations of tablets, by what became of them", ["status"])


@blp.route("/sync/hello", methods=["POST"])
@blp.response(200, wire.HelloSchema)
@problems(blp, 400, 401, 403, 413, 415, 503)
@device_required
@json_body(blp, wire.HelloRequestSchema)
def say_hello(body: dict[str, Any]) -> Response:
    """Ask for scopes, leases, the rules in force and where this device's numbering stands."""
    device_id, lowest, leases = g.device.id, body.get("lowest_device_seq"), body.get("leases")
    rolls = body.get("mark_leases") or ()
    host, build, unsent = current_app.config["SETTINGS"].public_host, body["client"].get("build"), body.get("unsent")
    return json_answer(
        written(
            db.session,
            lambda session: hello.hello(
                session, device_id, lowest, now(), leases, host=host, build=build, unsent=unsent, rolls=rolls
            ),
        )
    )


@blp.route("/sync/push", methods=["POST"])
@blp.response(200, wire.PushSchema)
@problems(blp, 400, 401, 403, 409, 413, 415, 503)
@queue_delivery
@json_body(blp, wire.PushRequestSchema, any_json=True)
def deliver(body: dict[str, Any]) -> Response:
    """Deliver operations; exactly one result for each, in order. Any protocol version and any epoch is taken."""
    device_id, ops = g.device.id, body["ops"]
    if len(ops) > wire.MAX_OPS:
        raise Problem(ProblemCode.TOO_LARGE, f"Mỗi lần gửi không quá {wire.MAX_OPS} thao tác.", max_ops=wire.MAX_OPS)
    answer = written(db.session, lambda session: push.push(session, device_id, ops, now()))
    for status, count in Counter(result["status"] for result in answer["results"] if not result["replay"]).items():
        OPERATIONS.labels(status).inc(count)
    return json_answer(answer)


@blp.route("/sync/pull", methods=["POST"])
@blp.response(200, wire.PullSchema)
@problems(blp, 400, 401, 403, 410, 413, 415, 426, 503)
@device_required
@json_body(blp, wire.PullRequestSchema)
def fetch(body: dict[str, Any]) -> Response:
    """Fetch what is new since a cursor, page by page, in the scopes granted at this moment."""
    if body.get("protocol", wire.PROTOCOL) < wire.OLDEST_PROTOCOL:
        raise Problem(ProblemCode.UPGRADE_REQUIRED, headers={"Upgrade": f"hientruong/{wire.OLDEST_PROTOCOL}"})
    session = db.session()
    scopes = grants.scopes_of(session, g.device)
    return json_answer(pull.page(session, scopes, body.get("cursor"), body.get("limit", wire.DEFAULT_ITEMS)))


@blp.route("/sync/receipts", methods=["GET"])
@blp.response(200, wire.ReceiptsSchema)
@problems(blp, 400, 401, 403, 503)
@queue_delivery
@query(blp, wire.ReceiptsQuerySchema)
def remember(args: dict[str, int]) -> Response:
    """List what the server answered to this device's operations after a number."""
    return json_answer(receipts.after(db.session(), g.device.id, args["after_device_seq"]))
