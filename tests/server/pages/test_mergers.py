"""/mergers: what may have been entered twice, both side by side, asked twice, stale forms refused, and the way back."""

from __future__ import annotations

import html
import re

from server.db import documents
from tests.builders import Office
from tests.server.pages.scene import NASTY, Desk
from tests.server.services.test_establishment_merge import assert_whole, state
from tests.server.services.test_register_rows import changes


def test_two_entries_are_found_compared_merged_and_parted_again(desk: Desk, office: Office) -> None:
    assert "Không thấy cơ sở nào có vẻ ghi trùng" in desk.opens("/mergers")
    keep = office.registers_establishment(name="Công ty TNHH Hà An")
    away = office.registers_establishment(name=f"Hà An {NASTY}"[:6])
    office.registers_instrument(keep)
    moved = office.registers_instrument(away)
    changes(
        office, "establishment", away, name="Hà An", phone="0912 345 678", representative={"name": NASTY, "title": ""}
    )
    page = desk.opens("/mergers")
    assert "cùng mã số thuế, tên gần giống nhau" in page
    link = re.search(r'href="(/establishments/[^"]+/merge\?with=[^"]+)"', page)
    assert link
    assert "Hà An" in desk.opens(f"/establishments/{keep}/merge"), "what looks like it is offered without words"
    path = f"/establishments/{keep}/merge"
    side = desk.opens(f"{path}?with={away}")
    assert 'name="phone" value="away" checked' in side, "what one lacks is taken from the other"
    assert "<script>alert" not in side
    assert "số máy A-1" in side
    refused = desk.sends(side, path, phone="away", reason="")
    assert (refused.status_code, "Phải ghi lý do gộp" in html.unescape(refused.get_data(as_text=True))) == (400, True)
    asked = desk.sends(side, path, phone="away", reason="Một cửa hàng, ghi hai lần").get_data(as_text=True)
    assert "0912 345 678" in asked
    done = desk.sends(asked, path)
    assert (done.status_code, done.headers["Location"]) == (303, f"/establishments/{keep}")
    assert "đã được gộp" in html.unescape(desk.sends(asked, path).get_data(as_text=True)), "sent twice is done once"
    card = desk.opens(f"/establishments/{keep}")
    assert f"/instruments/{moved}" in card
    assert "Đã gộp vào đây" in card
    assert "Có thể là một phương tiện ghi 2 lần (cùng loại, cùng số máy A-1)" in card
    assert "Cơ sở này đã được gộp vào" in desk.opens(f"/establishments/{away}")
    assert f'/establishments/{away}"' not in desk.opens("/establishments")
    changes(office, "establishment", away, phone="0999")
    card = desk.opens(f"/establishments/{keep}")
    assert "có sửa đổi sau khi gộp" in card
    action = re.search(r'action="(/mergers/[^"]+/undo)"', card)
    assert action
    assert desk.sends(card, action[1], reason=" ").status_code == 400
    assert desk.sends(card, action[1], reason="Hai cửa hàng khác nhau").headers["Location"] == f"/establishments/{away}"
    assert state(office, "establishment", keep)["phone"] == ""
    parted = desk.opens(f"/establishments/{away}")
    assert f"/instruments/{moved}" in parted
    assert "Có thể là một phương tiện" not in parted
    for unnamed in (moved, office.registers_instrument(away)):
        changes(office, "instrument", unnamed, serial=" ")
    assert "Có thể là một phương tiện" not in desk.opens(f"/establishments/{away}"), "without a serial nothing is alike"
    assert_whole(office)


def test_a_form_that_is_stale_is_shown_again_with_what_was_chosen(desk: Desk, office: Office) -> None:
    keep, away = office.registers_establishment(name="Một"), office.registers_establishment(name="Hai")
    path = f"/establishments/{keep}/merge"
    side = desk.opens(f"{path}?with={away}")
    changes(office, "establishment", away, name="Hai Bà")
    again = desk.sends(side, path, name="away", reason="Ghi hai lần")
    text = html.unescape(again.get_data(as_text=True))
    assert (again.status_code, "vừa được người khác sửa" in text, "Hai Bà" in text) == (409, True, True)
    assert 'name="name" value="away" checked' in text
    assert "Ghi hai lần" in text


def test_bad_ids_are_refused_in_words(desk: Desk, office: Office) -> None:
    keep = office.registers_establishment(name="Một")
    nobody = "00000000-0000-4000-8000-000000000000"
    desk.opens(f"/establishments/{keep}/merge?with={nobody}", 404)
    desk.opens(f"/establishments/{nobody}/merge", 404)
    assert "hai cơ sở khác nhau" in desk.opens(f"/establishments/{keep}/merge?with={keep}", 400)
    desk.opens(f"/establishments/{keep}/merge?with=%27+OR+1")
    page = desk.opens(f"/establishments/{keep}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    for path, status in ((f"/mergers/{nobody}/undo", 404), (f"/establishments/{keep}/merge", 400)):
        answer = desk.client.post(path, data={"csrf_token": token[1], "reason": "x", "away": "x" * 500})
        assert answer.status_code == status
    with office.transaction() as session:
        assert documents.of_kind(session, "merger") == []
