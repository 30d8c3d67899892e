"""Vietnamese alphabetical order, whatever the database's collation."""

from __future__ import annotations

import random

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from server.extensions import db
from server.services import accounts, enrolments
from server.services.alphabet import name_order, order, stored_key
from tests.builders import Office


def test_letters_with_marks_have_their_own_place() -> None:
    words = ["ác", "an", "ăn", "ân", "bà", "dân", "đan", "em", "ếm", "nga", "ở", "phở", "tư", "ưng", "xá", "ý"]
    shuffled = random.Random(7).sample(words, len(words))
    assert sorted(shuffled, key=order) == ["ác", "an", *words[2:]]


def test_tones_come_after_letters() -> None:
    assert sorted(["mạ", "má", "ma", "mã", "mả", "mà", "mát"], key=order) == ["ma", "mà", "mả", "mã", "má", "mạ", "mát"]


def test_composed_and_decomposed_text_stand_together() -> None:
    assert order("Đu\u031bc")[0] == order("Đưc")[0]
    assert sorted(["Lạng Giang 10", "Lạng Giang", "Lãng Giang"], key=order) == [
        "Lãng Giang",
        "Lạng Giang",
        "Lạng Giang 10",
    ]


@given(st.lists(st.text(alphabet="aăâbcdđeêgiouưyxáàạảãếềộợz AĐ019-.一😀", max_size=12), max_size=12))
def test_a_stored_key_sorts_as_the_order_does(names: list[str]) -> None:
    assert sorted(names, key=lambda n: (stored_key(n), n)) == sorted(names, key=lambda n: (order(n)[:2], n))
    assert all(key.isascii() and key.isalnum() and key == key.lower() for key in map(stored_key, names))


def test_people_go_by_given_name() -> None:
    names = ["Đỗ Văn An", "Trần Thị Ánh", "Bùi Văn Đức", "Lê Dũng", "Nguyễn Thị Ấm", "An Văn Bình", "Ngô Văn An"]
    assert sorted(names, key=name_order) == [
        "Đỗ Văn An", "Ngô Văn An", "Trần Thị Ánh", "Nguyễn Thị Ấm", "An Văn Bình", "Lê Dũng", "Bùi Văn Đức",
    ]  # fmt: skip


def test_pages_list_people_the_same_on_both_engines(app: Flask, office: Office, session: Session) -> None:
    wanted = ["Đỗ Văn An", "Trần Thị Ánh", "Nguyễn Thị Ấm", "Lê Dũng", "Bùi Văn Đức"]
    for name in random.Random(3).sample(wanted, len(wanted)):
        office.hires("inspector", name)
    db.session.rollback()
    assert [user.full_name for user in enrolments.carriers(session)] == wanted
    assert [user.full_name for user in accounts.everyone(session)] == wanted
