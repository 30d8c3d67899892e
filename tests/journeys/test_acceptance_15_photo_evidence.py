"""Acceptance 15: photos of another place, another day, without EXIF, edited: all kept as they came, each mismatch is shown."""

from __future__ import annotations

import html
import io
import re

from flask.testing import FlaskClient
from PIL import Image

from server.settings import Settings
from server.storage import open_store
from tests.builders import Office
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import Tus, records_photo, state_of, visits
from tests.server.api.wire import site_of
from tests.server.pages.scene import Desk

SIZE = (400, 300)
SENT = {
    "as it should be": (jpeg(SIZE, seed=1), []),
    "12 km away": (jpeg(SIZE, seed=2, place=("21.381000", "106.194600")), ["Ảnh chụp cách nơi kiểm tra 12,0 km."]),
    "three days before": (
        jpeg(SIZE, seed=3, taken_at="2021:08:02 08:00:00"),
        [
            "Ảnh chụp ngoài giờ kiểm tra, lệch 3 ngày.",
            "Giờ máy ảnh ghi trong tệp lệch 3 ngày so với giờ máy tính bảng ghi.",
        ],
    ),
    "EXIF stripped": (jpeg(SIZE, seed=4, taken_at=None, place=None), ["Ảnh không còn dữ liệu EXIF"]),
    "edited": (
        jpeg(SIZE, seed=5, software="Adobe Photoshop 22.4"),
        ["Ảnh có dấu hiệu đã sửa sau khi chụp bằng Adobe Photoshop 22.4."],
    ),
}


def test_acceptance_15_each_mismatch_is_shown_and_nothing_refused(
    office: Office, client: FlaskClient, settings: Settings
) -> None:
    leader = office.hires("team_leader", "Trần Văn Trưởng")
    site = site_of(office, leader)
    visits(office, site)
    tus = Tus(client, office.enrols(leader))
    ids = {name: records_photo(office, site, data) for name, (data, _) in SENT.items()}
    for name, (data, _) in SENT.items():
        tus.send(data, ids[name])
        assert state_of(office, "photo", ids[name])["status"] == "complete"

    desk = Desk(office.app.test_client()).signs_in(office.hires("supervisor", "Nguyễn Thanh Bình"))
    page = desk.opens(f"/inspections/{site.inspection}")
    figures = [html.unescape(figure) for figure in re.findall(r"<figure class=\"photo.*?</figure>", page, re.DOTALL)]
    assert len(figures) == len(SENT)
    store = open_store(settings.blob_url, settings.instance)
    for name, (data, said) in SENT.items():
        (figure,) = [f for f in figures if ids[name] in f]
        assert figure.count("⚠") == len(said), name
        assert all(words in figure for words in said), name
        for size in (320, 1280):
            seen = desk.client.get(f"/api/v1/photos/{ids[name]}?size={size}").data
            with Image.open(io.BytesIO(seen)) as picture:
                assert max(picture.size) == min(size, SIZE[0])
            assert seen == store.derived(sha256(data), f"{size}.jpg"), "a file of its own beside the original"
            assert seen != data
        assert desk.client.get(f"/api/v1/photos/{ids[name]}").data == data
        with store.open(sha256(data)) as file:
            assert file.read() == data, "untouched"
