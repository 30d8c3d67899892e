"""Journal entries, their chain, rebuilding, cursors."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.feed import (
    NO_HASH,
    Boundless,
    Change,
    CursorError,
    JournalBroken,
    any_json,
    canonical,
    chain_hash,
    decode_cursor,
    encode_cursor,
    entry_of,
    rebuild,
    state_of,
    verify_chain,
    written,
)
from tests.sync.tablet import open_station
from tests.sync.world import NOW

CHANGE = Change("op", "finding", "id", "parent", "campaign:1", None, "patch", {"note": "a", "n": 1}, {"answer": "x"},
                {"note": "a", "n": True, "photo_ids": []}, 3, "user", "device", None, None, "d" * 64)  # fmt: skip


def test_an_entry_keeps_all_and_chains_to_the_one_before() -> None:
    text, found = entry_of(CHANGE, 7, NOW, "p" * 64)
    entry = json.loads(text)
    assert found == chain_hash("p" * 64, text)
    for name, value in {"scope": "campaign:1", "seq": 7, "op_id": "op", "kind": "finding", "id": "id", "type": "patch",
                        "set": {"note": "a", "n": 1}, "lost": {"answer": "x"}, "actor": "user", "device": "device",
                        "received_at": NOW.isoformat(), "prev": "p" * 64}.items():  # fmt: skip
        assert entry[name] == value
    state = state_of(entry)
    assert state is not None
    assert state == CHANGE.state
    assert state["n"] is True, "1 is not True in JSON"
    assert text == json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_a_deletion_leaves_no_state() -> None:
    text, _ = entry_of(replace(CHANGE, type="delete", state=None, taken={}), 8, NOW, NO_HASH)
    assert state_of(json.loads(text)) is None


def chain() -> list[tuple[int, str, str]]:
    station = open_station()
    station.starts()
    station.record(station.member, answer="conforming")
    station.record(station.leader, answer="nonconforming")
    station.member.push()
    station.leader.push()
    return station.server.journal[station.scope]


def test_a_whole_chain_is_accepted() -> None:
    rows = chain()
    assert len(list(verify_chain(json.loads(rows[0][1])["scope"], rows, rows[-1][2]))) == len(rows)


@given(st.integers(0, 3), st.data())
def test_flipping_any_byte_of_any_entry_is_found(place: int, data: st.DataObject) -> None:
    rows = chain()
    scope = json.loads(rows[0][1])["scope"]
    seq, text, hash_hex = rows[place]
    at = data.draw(st.integers(0, len(text) - 1))
    rows[place] = seq, text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :], hash_hex
    with pytest.raises(JournalBroken) as broken:
        list(verify_chain(scope, rows))
    assert broken.value.seq == seq


@pytest.mark.parametrize("fault", ["dropped", "swapped", "cut", "rehashed", "hash"])
def test_the_first_broken_entry_is_named(fault: str) -> None:
    rows = chain()
    scope, head = json.loads(rows[0][1])["scope"], rows[-1][2]
    first = 2
    if fault == "dropped":
        del rows[1]
    elif fault == "swapped":
        rows[1], rows[2] = (2, *rows[2][1:]), (3, *rows[1][1:])
    elif fault == "cut":
        first = len(rows)
        rows.pop()
    elif fault == "hash":
        rows[1] = (*rows[1][:2], "0" * 64)
    else:
        text = rows[1][1].replace('"actor":"', '"actor":"x')
        assert text != rows[1][1]
        rows[1] = 2, text, chain_hash(rows[0][2], text)
        first = 3
    with pytest.raises(JournalBroken) as broken:
        list(verify_chain(scope, rows, head))
    assert broken.value.seq == first


def test_the_journal_rebuilds_documents_and_feed() -> None:
    station = open_station()
    station.starts()
    station.record(station.member, answer="conforming")
    station.record(station.leader, answer="nonconforming")
    station.member.push()
    station.leader.push()
    server = station.server
    server.office("establishment", station.establishment, "area:2", {"name": "B", "area_code": "2"})
    server.office("instrument", station.instrument, "area:07213", None)
    found = rebuild(server.entries())
    assert found.feed == {key: item for key, (_, item) in server.feed.items()}
    assert found.documents == {
        key: {"kind": d.kind, "id": d.id, "scope": d.scope, "parent": d.parent, "rev": d.rev, "deleted": d.deleted,
              "state": d.state} for key, d in server.documents.items()}  # fmt: skip


@given(st.text(), st.dictionaries(st.text(), st.integers(0, 2**62)))
def test_a_cursor_is_opaque_and_comes_back(epoch: str, positions: dict[str, int]) -> None:
    text = encode_cursor(epoch, positions)
    assert decode_cursor(text) == (epoch, positions)
    assert text.isascii()


@given(st.text())
def test_a_cursor_that_we_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(CursorError):
        decode_cursor(text)


@pytest.mark.parametrize(
    "text", ["W10", "WzEsIngiLHsiYSI6LTF9XQ", "WzEsIngiLHsiYSI6dHJ1ZX1d", "WzIsIngiLHt9XQ", "A" * 400_000]
)
def test_a_cursor_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(CursorError):
        decode_cursor(text)


ODD = st.sampled_from(
    [1e16, 1e-7, 5e-324, -0.0, 1e300, 0.1, 2**64, -(2**63) - 1, Boundless("nan"), Boundless("-inf"), "\ud800"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=6))
def test_the_quick_writer_writes_what_the_exact_one_writes(value: dict[str, Any]) -> None:
    text = canonical(value)
    assert written(value) == text
    assert canonical(any_json(text)) == text
    assert written(any_json(text)) == text
