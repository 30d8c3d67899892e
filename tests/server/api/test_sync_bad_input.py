"""Bad input by family: each operation gets a result and stays whole, each envelope a problem; never a 500."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.sync import Quarantine
from server.services import journal
from sync.operations import digest
from tests.builders import Office
from tests.server.api.wire import Site, Wire, foreign_uuid, new_id, site_of

Make = Callable[[Wire, Site], dict[str, Any]]


@pytest.fixture
def tablet(client: FlaskClient, office: Office) -> Wire:
    """A leader's tablet."""
    return Wire(client, office.enrols(office.hires("team_leader")))


@pytest.fixture
def site(office: Office, tablet: Wire) -> Site:
    """The leader's inspection."""
    return site_of(office, tablet.kit.user)


def said(**fields: Any) -> Make:
    """A finding whose fields say something."""
    return lambda tablet, site: tablet.finding(site, set=fields)


def around(**members: Any) -> Make:
    """A finding whose envelope says something."""
    return lambda tablet, site: {**tablet.finding(site), **members}


def of(kind: str, **state: Any) -> Make:
    """A new child of the inspection, of any kind."""
    return lambda tablet, site: tablet.op(
        kind, new_id(), "create", site.scope, {"inspection_id": site.inspection, **state}, parent=site.inspection
    )


def photo(**state: Any) -> Make:
    """A photo's record."""
    return of("photo", **{"purpose": "evidence", "sha256": "a" * 64, **state})


def nested(depth: int) -> Any:
    """A list in a list in a list …"""
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


QUARANTINED: list[tuple[str, Make, str]] = [
    # types
    ("answer of another word", said(answer="maybe"), "malformed"),
    ("answer a number", said(answer=1), "malformed"),
    ("answer a list", said(answer=["conforming"]), "malformed"),
    ("values a list", said(values=["0.50"]), "malformed"),
    ("a value a whole number", said(values={"v": 5}), "malformed"),
    ("a value an object", said(values={"v": {"x": "1"}}), "malformed"),
    ("rows an object", said(rows={"v_fd": "1"}), "malformed"),
    ("a row a text", said(rows=["20.00"]), "malformed"),
    ("note a number", said(note=5), "malformed"),
    ("photo ids not ids", said(photo_ids=["../../etc/passwd"]), "malformed"),
    ("photo ids a text", said(photo_ids="abc"), "malformed"),
    ("ordinal negative", said(ordinal=-1), "malformed"),
    ("ordinal true", said(ordinal=True), "malformed"),
    ("subject not an id", said(subject_id="SELECT 1"), "malformed"),
    ("set a list", around(set=[1]), "malformed"),
    ("set a text", around(set="x"), "malformed"),
    ("base a list", around(base=[1]), "malformed"),
    ("kind missing", around(kind=None), "malformed"),
    ("kind a list", around(kind=["finding"]), "malformed"),
    ("type a number", around(type=1), "malformed"),
    ("scope missing", around(scope=None), "malformed"),
    ("base_rev a text", around(base_rev="1"), "malformed"),
    ("base_rev negative", around(base_rev=-1), "malformed"),
    ("group a number", around(group=7), "malformed"),
    ("clock a text", around(clock="12:00"), "malformed"),
    ("checklist a text", around(checklist="fuel-dispenser"), "malformed"),
    ("id not an id", around(id="1"), "bad_id"),
    ("id in capitals", around(id=foreign_uuid().upper()), "bad_id"),
    ("id with NUL", around(id="a\0b"), "bad_text"),
    ("parent not an id", around(parent="' OR 1=1 --"), "bad_id"),
    # numbers
    ("a float", said(values={"v": 0.5}), "float_number"),
    ("a float deep inside", said(x_new=[{"a": [1.5]}]), "float_number"),
    ("a huge integer", said(x_new=2**60), "bad_number"),
    ("a decimal comma in a coordinate", photo(position={"lat": "21,27", "lon": "106.1"}), "malformed"),
    ("an exponent", photo(position={"lat": "1e999", "lon": "106.1"}), "malformed"),
    ("NaN as text", photo(position={"lat": "NaN", "lon": "0"}), "malformed"),
    ("other digits", photo(position={"lat": "٢١", "lon": "0"}), "malformed"),
    ("a size below zero", photo(size=-1), "malformed"),
    ("a size beyond any disk", photo(size=2**45), "malformed"),
    # days and instants
    ("a day far off", of("requirement", text="x", due_on="2999-01-01"), "malformed"),
    ("a day long ago", of("requirement", text="x", due_on="0021-01-01"), "malformed"),
    ("30 February", of("requirement", text="x", due_on="2021-02-30"), "malformed"),
    ("a day the local way", of("requirement", text="x", due_on="05/08/2021"), "malformed"),
    ("a day as a number", of("requirement", text="x", due_on=20210805), "malformed"),
    ("a year of five digits", of("requirement", text="x", due_on="12021-01-01"), "malformed"),
    ("an instant without offset", photo(taken_at="2021-08-05T08:12:05"), "malformed"),
    ("an instant far off", photo(taken_at="9999-12-31T23:59:59Z"), "malformed"),
    ("25 o'clock", photo(taken_at="2021-08-05T25:00:00+07:00"), "malformed"),
    ("an absurd offset", photo(taken_at="2021-08-05T08:00:00+99:99"), "malformed"),
    ("at without offset", around(at="2021-08-05T08:12:05"), "malformed"),
    ("at not a time", around(at="hôm qua"), "malformed"),
    ("at a number", around(at=1628125925), "malformed"),
    # text
    ("NUL in a note", said(note="a\0b"), "bad_text"),
    ("a bell in a note", said(note="a\x07b"), "bad_text"),
    ("an escape in a key", said(values={"\x1b[31m": "x"}), "bad_text"),
    ("a C1 control", said(note="a\x9bb"), "bad_text"),
    ("a note over 16 KB", said(note="x" * 17_000), "too_large"),
    ("16 KB counted in bytes", said(note="ệ" * 6000), "too_large"),
    ("an operation over 64 KB", said(**{f"x{n}": "y" * 10_000 for n in range(8)}), "too_large"),
    ("a name over 500", of("requirement", text="x", article="y", state="gone"), "malformed"),
    ("deep nesting", said(x_new=nested(40)), "too_deep"),
    ("a key of 300", said(**{"k" * 300: "x"}), "malformed"),
    # kinds, types, scopes
    ("an unknown kind", around(kind="weather"), "unknown_kind"),
    ("a kind with SQL", around(kind="finding'; DROP TABLE document; --"), "unknown_kind"),
    ("a kind of the server", around(kind="campaign"), "server_kind"),
    ("users are the server's", around(kind="user"), "server_kind"),
    ("an unknown type", around(type="destroy"), "bad_type"),
    ("a photo patched", lambda t, s: t.op("photo", new_id(), "patch", s.scope, {}), "bad_type"),
    ("another team's scope", around(scope=f"campaign:{foreign_uuid()}"), "foreign_scope"),
    ("the agency's scope", around(scope="agency"), "scope_mismatch"),
    ("a scope with a template", around(scope="{{7*7}}"), "foreign_scope"),
    ("the wrong id for an answer", around(id=foreign_uuid()), "bad_answer_id"),
    ("an unknown item", lambda t, s: t.finding(s, "FU99"), "unknown_item"),
    ("minutes unsigned", of("minutes", form="inspection", series="BB", year=2021, number=1, canonical="{}", cose="",
                            issued_at="2021-08-05T08:12:05+07:00"), "bad_signature"),
    ("minutes numbered beyond", of("minutes", form="inspection", series="BB", year=2021, number=2**40, canonical="{}",
                                   cose="", issued_at="2021-08-05T08:12:05+07:00"), "malformed"),
    ("minutes without anything", of("minutes"), "malformed"),
    ("a signature of nobody", of("signature", role="king", outcome="ink"), "malformed"),
    ("strokes of floats", of("signature", role="member", outcome="drawn", strokes=[[0.5, 1.5]]), "float_number"),
    ("strokes without end", of("signature", role="member", outcome="drawn", strokes=[[1] * 5000]), "malformed"),
    ("a sha256 too short", photo(sha256="abc"), "malformed"),
    ("a deletion of nothing known", lambda t, s: t.op("finding", s.finding_id("FU02"), "delete", s.scope), "held_parent"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "code"), [q[1:] for q in QUARANTINED], ids=[q[0] for q in QUARANTINED])
def test_a_bad_operation_is_kept_whole_and_the_next_goes_on(
    tablet: Wire, site: Site, database: Session, make: Make, code: str
) -> None:
    bad = make(tablet, site)
    good = tablet.finding(site, "FU03")
    result, after = tablet.push(bad, good)["results"]

    assert result["code"] == code, result
    assert result["status"] == ("held" if code == "held_parent" else "quarantined")
    assert result["detail"]
    assert not result["detail"].isascii(), "the reason is Vietnamese"
    assert after["status"] == "applied"
    row = database.scalars(select(Quarantine)).one()
    assert json.loads(row.raw) == bad
    assert row.digest == digest(bad)
    assert journal.verify(database).is_whole


APPLIED: list[tuple[str, Make, dict[str, Any]]] = [
    ("SQL in a note", said(note="'); DROP TABLE document; --"), {"note": "'); DROP TABLE document; --"}),
    ("a template in a note", said(note="{{ config }} {% raw %} ${7*7} <script>"),
     {"note": "{{ config }} {% raw %} ${7*7} <script>"}),
    ("emoji and Han", said(note="Cột đo 🛢️ 加油站 𠀀"), {"note": "Cột đo 🛢️ 加油站 𠀀"}),
    ("decomposed text", said(note="Đạt"), {"note": "Đạt"}),
    ("decomposed keys", said(x_new={"ghi chú": "sạch"}), {"x_new": {"ghi chú": "sạch"}}),
    ("a decimal comma stays as written", said(values={"q": "0,5"}), {"values": {"q": "0,5"}}),
    ("1e999 stays as written", said(rows=[{"v_fd": "1e999", "v_ref": "NaN"}]), {"rows": [{"v_fd": "1e999", "v_ref": "NaN"}]}),
    ("a clock five years off", around(at="2016-01-01T00:00:00+07:00"), {"answer": "conforming"}),
    ("a dead clock", around(at="1970-01-01T00:00:03Z"), {"answer": "conforming"}),
    ("line ends and tabs", said(note="một\r\n\thai"), {"note": "một\r\n\thai"}),
    ("text from right to left", said(note="\u202eđạt\u2066"), {"note": "\u202eđạt\u2066"}),
    ("fields made by the server are not taken", said(computed={"verdict": "pass"}), {"computed": None}),
    ("a prototype's name", said(x_new={"__proto__": {"a": 1}, "constructor": "x"}),
     {"x_new": {"__proto__": {"a": 1}, "constructor": "x"}}),
]  # fmt: skip


@pytest.mark.parametrize(("make", "wanted"), [a[1:] for a in APPLIED], ids=[a[0] for a in APPLIED])
def test_odd_but_honest_text_is_taken(tablet: Wire, site: Site, make: Make, wanted: dict[str, Any]) -> None:
    op = make(tablet, site)
    assert tablet.one(op)["status"] == "applied"
    tablet.pull()
    state = tablet.documents["finding", op["id"]]["state"]
    assert {name: state[name] for name in wanted} == wanted


NOT_OPERATIONS: list[Any] = [None, 1, 1.5, "x", True, [], {}, [[]], {"op_id": 1}, {"op_id": "x", "device_seq": "1"},
                             {"device_seq": True}, {"device_seq": -5}, {"kind": "finding"}]  # fmt: skip


def test_what_is_no_operation_at_all_takes_a_number_and_stays(tablet: Wire, site: Site, database: Session) -> None:
    answer = tablet.push(*NOT_OPERATIONS)
    assert {r["status"] for r in answer["results"]} == {"quarantined"}
    assert answer["next_device_seq"] == len(NOT_OPERATIONS) + 1
    rows = database.scalars(select(Quarantine).order_by(Quarantine.device_seq)).all()
    assert [json.loads(row.raw) for row in rows] == NOT_OPERATIONS

    again = tablet.push(*NOT_OPERATIONS)
    assert {r["replay"] for r in again["results"]} == {True}
    assert again["next_device_seq"] == answer["next_device_seq"]


POISON: list[tuple[str, str]] = [
    ("half a surrogate", '"\\ud800"'),
    ("half a surrogate as a key", '{"\\udfff": 1}'),
    ("1e999", "1e999"),
    ("minus 1e999", "-1e999"),
    ("NaN", "NaN"),
    ("an integer without end", "9" * 400),
    ("an integer longer than Python reads", "9" * 5000),
    ("an exponent of a million", "1e1000000"),
    ("two hundred levels", "[" * 200 + "]" * 200),
]


@pytest.mark.parametrize("poison", [p[1] for p in POISON], ids=[p[0] for p in POISON])
def test_json_that_only_some_can_read_spoils_only_itself(
    tablet: Wire, site: Site, database: Session, poison: str
) -> None:
    bad, good = tablet.finding(site, "FU02", set={"note": "HERE"}), tablet.finding(site, "FU03")
    body = json.dumps({"protocol": 1, "epoch": "", "ops": [bad, good]}).replace('"HERE"', poison)
    headers = {**tablet.kit.headers, "Content-Type": "application/json"}
    for replay in (False, True):
        answer = tablet.client.post("/api/v1/sync/push", data=body, headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        first, second = answer.get_json()["results"]
        assert (first["status"], first["replay"], second["status"]) == ("quarantined", replay, "applied")
    row = database.scalars(select(Quarantine)).one()
    assert json.loads(row.raw)["op_id"] == bad["op_id"]
    assert journal.verify(database).is_whole


def test_an_op_id_that_no_json_carries_is_still_answered(tablet: Wire, site: Site, database: Session) -> None:
    bad = {**tablet.finding(site), "op_id": "HERE"}
    body = json.dumps({"ops": [bad]}).replace('"HERE"', '"\\ud800"')
    headers = {**tablet.kit.headers, "Content-Type": "application/json"}
    answer = tablet.client.post("/api/v1/sync/push", data=body, headers=headers)
    assert answer.status_code == 200
    assert answer.get_json()["results"][0]["op_id"] == "?"
    assert json.loads(database.scalars(select(Quarantine)).one().raw)["op_id"] == "\ud800"


ENVELOPES: list[tuple[str, bytes, dict[str, str], int]] = [
    ("nothing", b"", {}, 400),
    ("not JSON", b"{ops:[]}", {}, 400),
    ("not UTF-8", b'{"ops":["\xff"]}', {}, 400),
    ("an array", b"[]", {}, 400),
    ("no operations", b'{"protocol":1}', {}, 400),
    ("operations an object", b'{"protocol":1,"ops":{}}', {}, 400),
    ("operations null", b'{"protocol":1,"ops":null}', {}, 400),
    ("protocol a text", b'{"protocol":"1","ops":[]}', {}, 400),
    ("epoch a number", b'{"epoch":5,"ops":[]}', {}, 400),
    ("a hundred thousand levels", b'{"ops":[' + b"[" * 100_000, {}, 400),
    ("nine hundred levels", b'{"ops":[' + b"[" * 900 + b"]" * 900 + b"]}", {}, 400),
    ("ten megabytes", b'{"ops":["' + b"x" * 10_000_000 + b'"]}', {}, 413),
    ("a gzip bomb", gzip.compress(b'{"ops":[' + b" " * 60_000_000 + b"]}"), {"Content-Encoding": "gzip"}, 413),
    ("two megabytes inflated", gzip.compress(json.dumps({"ops": [str(n) for n in range(250_000)]}).encode()),
     {"Content-Encoding": "gzip"}, 413),
    ("gzip cut short", gzip.compress(b'{"protocol":1,"ops":[]}')[:-4], {"Content-Encoding": "gzip"}, 400),
    ("gzip that is none", b'{"protocol":1,"ops":[]}', {"Content-Encoding": "gzip"}, 400),
    ("something after the gzip", gzip.compress(b'{"protocol":1,"ops":[]}') + b"{}", {"Content-Encoding": "gzip"}, 400),
    ("deflate", b"x", {"Content-Encoding": "deflate"}, 415),
    ("a form", b"ops=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ("text", b'{"ops":[]}', {"Content-Type": "text/plain"}, 415),
]  # fmt: skip


@pytest.mark.parametrize(("data", "headers", "status"), [e[1:] for e in ENVELOPES], ids=[e[0] for e in ENVELOPES])
def test_a_bad_envelope_is_a_problem_and_takes_no_number(
    tablet: Wire, data: bytes, headers: dict[str, str], status: int
) -> None:
    every: dict[str, Any] = {"Content-Type": "application/json", **tablet.kit.headers, **headers}
    answer = tablet.client.post("/api/v1/sync/push", data=data, headers=every)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["detail"]
    assert tablet.hello()["next_device_seq"] == 1


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer ", "Basic abc", "Bearer x", "Bearer \u00e9", "bearer {{7*7}}"])
@pytest.mark.parametrize("path", ["hello", "push", "pull"])
def test_without_a_token_nothing_is_read(client: FlaskClient, office: Office, token: str, path: str) -> None:
    answer = client.post(f"/api/v1/sync/{path}", data=b"{", headers={"Authorization": token})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_day_of_bad_and_good_ends_with_an_unbroken_journal(tablet: Wire, site: Site, database: Session) -> None:
    ops = [make(tablet, site) for _, make, _ in QUARANTINED]
    tablet.push(*ops)
    assert len(database.scalars(select(Quarantine)).all()) == len(ops)
    assert journal.verify(database).is_whole
