"""The merge laws (I7), by generated documents and edits."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.feed import canonical
from sync.merge import Merged, Writer, credit, merge, merge_lists, resolve, same, uncredited, wrote
from sync.world import Author

FIELDS = ("answer", "note", "rows", "representative")
LISTS, MAPS = frozenset({"photo_ids"}), frozenset({"values"})
ME, YOU = Writer("me", "t1", "01"), Writer("you", "t2", "02")

scalars = st.one_of(st.none(), st.sampled_from(["", "a", "b", "0.50"]), st.booleans(), st.integers(0, 1))
anything = st.one_of(
    scalars, st.lists(scalars, max_size=2), st.dictionaries(st.sampled_from("xy"), scalars, max_size=2)
)
lists = st.lists(st.sampled_from("abcde"), max_size=4, unique=True)
maps = st.dictionaries(st.sampled_from("pqr"), scalars.filter(lambda v: v not in (None, "")), max_size=3)
states = st.fixed_dictionaries({}, optional={**dict.fromkeys(FIELDS, anything), "photo_ids": lists, "values": maps})


def run(current: dict[str, Any], mine: dict[str, Any], base: dict[str, Any], writer: Writer = ME) -> Merged:
    return merge(current, mine, base, writer, lists=LISTS, maps=MAPS)


def shown(state: dict[str, Any], field: str) -> set[str]:
    values = [state.get(field), *(r["value"] for r in state.get("conflicts", {}).get(field, []))]
    return {spelling(v) for v in values}


def spelling(value: Any) -> str:
    return "-" if same(value, None) else canonical(value)


@given(states, states)
def test_an_own_edit_on_an_own_base_is_taken_whole(base: dict[str, Any], edit: dict[str, Any]) -> None:
    found = run(base, edit, base)
    assert found.conflicts == {}
    assert found.lost == {}
    for name, value in edit.items():
        assert same(found.state.get(name), value), name
    assert {n: v for n, v in found.state.items() if n not in edit} == {n: v for n, v in base.items() if n not in edit}


@given(states)
def test_an_edit_that_changes_nothing_is_identity(state: dict[str, Any]) -> None:
    assert run(state, state, state).state == state
    assert run(state, state, {}).taken == {}


@given(states, states, states)
def test_disjoint_patches_commute(base: dict[str, Any], one: dict[str, Any], two: dict[str, Any]) -> None:
    two = {name: value for name, value in two.items() if name not in one}
    first = run(run(base, one, base, ME).state, two, base, YOU).state
    second = run(run(base, two, base, YOU).state, one, base, ME).state
    assert first == second


@given(states, maps, maps)
def test_disjoint_keys_of_a_map_commute(base: dict[str, Any], one: dict[str, Any], two: dict[str, Any]) -> None:
    old = base.get("values", {})
    mine = {"values": {**old, **one}}
    yours = {"values": {**old, **{k: v for k, v in two.items() if k not in one}}}
    first = run(run(base, mine, base, ME).state, yours, base, YOU)
    second = run(run(base, yours, base, YOU).state, mine, base, ME)
    assert first.state == second.state
    assert first.conflicts == {}


@given(states, states, states)
def test_a_conflict_keeps_the_servers_value_and_shows_the_loser(
    base: dict[str, Any], one: dict[str, Any], two: dict[str, Any]
) -> None:
    current = run(base, one, base, ME).state
    found = run(current, two, base, YOU)
    for name, conflict in found.conflicts.items():
        path, _, key = name.partition(".")
        now = found.state[path].get(key) if key else found.state.get(path)
        assert same(now, conflict["theirs"])
        assert not same(conflict["mine"], conflict["theirs"])
        [record] = found.state["conflicts"][name]
        assert (record["actor"], record["op_id"]) == ("you", "02")
        assert same(record["value"], conflict["mine"])
    assert set(found.state.get("conflicts", {})) == set(found.conflicts)


@given(anything, st.lists(anything, min_size=1, max_size=3), st.lists(anything, min_size=1, max_size=3))
def test_the_set_of_shown_values_does_not_depend_on_the_order(base: Any, mine: list[Any], yours: list[Any]) -> None:
    """Scenario 13: each edits a field several times offline; whoever comes first, the same values are shown."""

    def chain(state: dict[str, Any], edits: list[Any], writer: str) -> dict[str, Any]:
        seen = base
        for count, value in enumerate(edits):
            state = run(state, {"answer": value}, {"answer": seen}, Writer(writer, "t", f"{writer}{count}")).state
            seen = value
        return state

    start = {"answer": base}
    one = chain(chain(start, mine, "me"), yours, "you")
    two = chain(chain(start, yours, "you"), mine, "me")
    edits = [spelling(v) for v in [base, *mine, *yours]]
    if len(set(edits)) == len(edits):
        assert shown(one, "answer") == shown(two, "answer") == {spelling(mine[-1]), spelling(yours[-1])}


@given(lists, lists, lists)
def test_lists_merge_as_sets(current: list[str], mine: list[str], base: list[str]) -> None:
    found = merge_lists(current, mine, base)
    added, removed = set(mine) - set(base), set(base) - set(mine)
    assert set(found) == (set(current) - removed) | added
    assert len(found) == len(set(found))


@given(lists, lists, lists)
def test_concurrent_list_edits_commute(base: list[str], one: list[str], two: list[str]) -> None:
    first = merge_lists(merge_lists(base, one, base), two, base)
    second = merge_lists(merge_lists(base, two, base), one, base)
    assert set(first) == set(second)


@given(states, states, states)
def test_a_merge_never_changes_what_it_was_given(
    one: dict[str, Any], two: dict[str, Any], base: dict[str, Any]
) -> None:
    before = repr((one, two, base))
    run(run(one, two, base).state, two, base, YOU)
    assert repr((one, two, base)) == before


def test_absent_null_and_empty_are_one_base() -> None:
    assert run({}, {"note": "x"}, {"note": ""}).conflicts == {}
    assert run({"note": ""}, {"note": "x"}, {}).state["note"] == "x"


def test_one_is_not_true() -> None:
    assert not same(1, True)
    assert not same([1], [True])


def test_a_resolution_that_comes_too_late_is_shown_not_taken() -> None:
    state = run({"note": "b"}, {"note": "a"}, {"note": ""}).state
    done = resolve(state, "note", "a", ["01"], YOU, base="b", base_known=True)
    assert (done.state["note"], done.state["conflicts"]) == ("a", {})
    late = resolve(done.state, "note", "c", ["01"], Writer("third", "t3", "03"), base="b", base_known=True)
    assert late.state["note"] == "a"
    assert [r["value"] for r in late.state["conflicts"]["note"]] == ["c"]
    unseen = resolve(done.state, "note", "c", ["01"], Writer("third", "t3", "03"))
    assert unseen.state["note"] == "a"
    again = resolve(done.state, "note", "a", ["01"], YOU)
    assert again.state == done.state


def kept_in(state: dict[str, Any], field: str) -> list[Any]:
    return [record.get("kept") for record in state["conflicts"][field]]


def test_beside_a_loser_stands_who_wrote_the_value_that_is_kept() -> None:
    torn = run({"note": "a", "values": {"p": "1"}}, {"note": "b", "values": {"p": "2"}}, {}, YOU)
    credit(torn, YOU, {"note": Author("me", "t1"), "values.p": None})
    assert kept_in(torn.state, "note") == [{"actor": "me", "at": "t1"}]
    assert kept_in(torn.state, "values.p") == [None], "nobody is named who is not known"
    third = run(torn.state, {"note": "c"}, {}, Writer("third", "t3", "03"))
    credit(third, Writer("third", "t3", "03"), {"note": Author("me", "t1")})
    assert kept_in(third.state, "note") == [{"actor": "me", "at": "t1"}] * 2


def test_whoever_writes_over_the_kept_value_is_named_from_then_on() -> None:
    torn = run({"note": "a", "values": {"p": "1", "q": "1"}}, {"note": "b", "values": {"p": "2"}}, {}, YOU)
    credit(torn, YOU, {"note": Author("me", "t1"), "values.p": Author("me", "t1")})
    later = Writer("me", "t4", "04")
    after = run(
        torn.state, {"note": "d", "values": {"p": "1", "q": "9"}}, {"note": "a", "values": {"p": "1", "q": "1"}}, later
    )
    credit(after, later, {})
    assert kept_in(after.state, "note") == [{"actor": "me", "at": "t4"}]
    assert kept_in(after.state, "values.p") == [{"actor": "me", "at": "t1"}], "another key of the map is another field"
    assert kept_in(torn.state, "note") == [{"actor": "me", "at": "t1"}], "the revision before stays as it was"


def test_what_the_server_changes_itself_names_nobody_any_more() -> None:
    torn = run({"note": "a", "answer": "x"}, {"note": "b", "answer": "y"}, {}, YOU)
    credit(torn, YOU, dict.fromkeys(("note", "answer"), Author("me", "t1")))
    after = uncredited(torn.state, {**torn.state, "note": "office"})
    assert (kept_in(after, "note"), kept_in(after, "answer")) == ([None], [{"actor": "me", "at": "t1"}])
    assert uncredited(torn.state, torn.state) is torn.state


def test_an_entry_that_empties_a_field_wrote_it() -> None:
    assert wrote({"note": None}, "note")
    assert wrote({"values": {"p": None}}, "values.p")
    assert wrote({"values.p": "1"}, "values.p"), "as a resolution is journalled"
    assert not wrote({"values": {"q": "1"}}, "values.p")
    assert not wrote({"values": None}, "values.p")
