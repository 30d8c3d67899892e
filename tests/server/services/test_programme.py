"""The work programme's file: what it holds, what is refused, and that sending it again changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.programme import Activity, Programme
from server.demo.load import PROGRAMME
from server.errors import Problem
from server.services import programme
from server.services.programme_file import ProgrammeFileError, parse
from tests.builders import Office

HEAD = """
programme: {id: T-2021, year: 2021, title: "Chương trình"}
activities:
"""
GOOD = """
  - id: A01
    subject: "Kiểm tra cân"
    domain: nawi
    kind: kiem_tra
    scope: core
    months: [1, 2]
    occurrences:
      - {month: 1, phase: execute, sentence: "Tổ chức kiểm tra cân."}
"""


def file(body: str = GOOD, head: str = HEAD) -> bytes:
    return (head + body).encode()


def refused(raw: bytes) -> str:
    with pytest.raises(ProgrammeFileError) as refusal:
        parse(raw)
    return "\n".join(refusal.value.faults)


def test_the_reference_programme_has_34_activities_and_60_sentences(office: Office) -> None:
    with office.transaction() as session:
        done = programme.import_file(session, parse(PROGRAMME.read_bytes()))
    assert (done.activities, done.core, done.edge) == (34, 27, 7)
    assert (done.sentences, done.dated, done.standing, done.related) == (60, 56, 4, 9)
    assert done.by_kind == {
        "thanh_tra": 8, "kiem_tra_nha_nuoc": 2, "kiem_tra": 14, "kiem_dinh_luu_dong": 6, "kiem_dinh_hieu_chuan": 2,
        "ra_soat": 1, "khao_sat": 1,
    }  # fmt: skip


def test_the_programmes_own_words_are_kept_letter_for_letter(office: Office, session: Session) -> None:
    with office.transaction() as writing:
        programme.import_file(writing, parse(PROGRAMME.read_bytes()))
    activity = session.get(Activity, ("BG-2021", "A01"))
    assert activity is not None
    assert "cân chím điện tử" in activity.data["occurrences"][0]["sentence"]
    assert "cân chìm" in activity.data["reading"]


def test_sent_again_it_changes_nothing_and_a_changed_row_alone_is_changed(office: Office, session: Session) -> None:
    with office.transaction() as writing:
        programme.import_file(writing, parse(file()))
    with office.transaction() as writing:
        again = programme.import_file(writing, parse(file()))
    assert (again.added, again.changed, again.removed) == ([], [], [])
    with office.transaction() as writing:
        changed = programme.import_file(
            writing, parse(file().replace("Kiểm tra cân".encode(), "Kiểm tra cân bàn".encode()))
        )
    assert changed.changed == ["A01"]
    assert session.scalars(select(Activity.subject)).all() == ["Kiểm tra cân bàn"]


def test_an_activity_may_be_added_by_a_named_person_without_a_sentence() -> None:
    body = GOOD.replace('sentence: "Tổ chức kiểm tra cân."', 'added_by: "Nguyễn Văn A"')
    assert len(parse(file(body)).activities) == 1


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (GOOD.replace('sentence: "Tổ chức kiểm tra cân."', "note: x"), "không có câu nguồn"),
        (GOOD[: GOOD.index("    occurrences")], "không có câu nguồn"),
        (GOOD.replace("Tổ chức kiểm tra cân.", "  "), "không có câu nguồn"),
        (GOOD.replace("kind: kiem_tra", "kind: kiem_dinh"), "không có loại 'kiem_dinh'"),
        (GOOD.replace("kind: kiem_tra", "kind: kiem_tra_chuyen_nganh"), "không áp dụng trong năm 2021"),
        (GOOD + GOOD, "trùng mã với hoạt động ở dòng"),
        (GOOD.replace("[1, 2]", "[13]"), "`months`"),
        (GOOD.replace("[1, 2]", "[1, 1]"), "`months`"),
        (GOOD.replace("month: 1,", "month: 0,"), "`month` từ 1 đến 12"),
        (GOOD.replace("scope: core", "scope: all"), "`scope`"),
        (GOOD.replace("    domain: nawi\n", ""), "`domain`"),
        (GOOD.replace("id: A01", "id: 7"), "cần `id`"),
        (GOOD.replace('"Kiểm tra cân"', '"a\\0b"'), "cần `subject`"),
        ("  - chuỗi\n", "không phải một bản ghi"),
    ],
)
def test_a_wrong_activity_is_refused_by_name(body: str, complaint: str) -> None:
    assert complaint in refused(HEAD.encode() + body.encode())


def test_faults_name_their_line_and_all_come_at_once() -> None:
    body = GOOD.replace("kind: kiem_tra", "kind: x").replace("scope: core", "scope: y")
    told = refused(HEAD.encode() + body.encode())
    assert told.count("Dòng 5, hoạt động A01") == 2


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"", "`programme`"),
        (b"\xff\xfe", "UTF-8"),
        (b"programme: [", "YAML"),
        (b"a: &a [x]\nb: *a\n", "bí danh"),
        (b"a: 1\na: 2\n", "hai lần"),
        (b"programme: {id: x/y, year: 2021, title: t}\nactivities: [1]\n", "“/”"),
        (b"programme: {id: x, year: 1e999, title: t}\nactivities: [{}]\n", "`year`"),
        (b"programme: {id: x, year: 2021, title: t}\n", "`activities`"),
        (b"[" * 5000, "lồng quá sâu"),
        (b"!!python/object/apply:os.system ['true']", "YAML"),
        (b"x" * (2 * 1024 * 1024 + 1), "lớn hơn"),
        (b"? [a]\n: b\n", "không hợp lệ"),
    ],
)
def test_a_hostile_file_gets_a_sentence(raw: bytes, complaint: str) -> None:
    assert complaint in refused(raw)


def test_an_activity_with_a_campaign_is_not_dropped(office: Office, session: Session) -> None:
    two = file(GOOD + GOOD.replace("A01", "A02"))
    with office.transaction() as writing:
        programme.import_file(writing, parse(two))
    office.records("campaign", "campaign:x", {"code": "x", "programme_activity": "T-2021/A02", "team": []}, id="x")
    with pytest.raises(Problem, match="A02"), office.transaction() as writing:
        programme.import_file(writing, parse(file()))
    assert len(session.scalars(select(Activity)).all()) == 2


def test_an_activity_that_nobody_used_is_dropped_with_its_row(office: Office, session: Session) -> None:
    with office.transaction() as writing:
        programme.import_file(writing, parse(file(GOOD + GOOD.replace("A01", "A02"))))
    with office.transaction() as writing:
        assert programme.import_file(writing, parse(file())).removed == ["A02"]
    assert session.scalars(select(Activity.code)).all() == ["A01"]
    assert [p.id for p in programme.every(session)] == ["T-2021"]
    assert session.get(Programme, "T-2021") is not None
