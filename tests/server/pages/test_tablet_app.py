"""/app/: what a tablet is given, for how long it may keep it, and what the build may do there."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SHELL = "<!doctype html><title>Hiện Trường</title>"
SCRIPT = "export const words = 'đồng bộ'\n" * 100


def got(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Fetch it whole, so that the file is closed again as a server closes it."""
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}, buffered=True)


@pytest.fixture
def build(app: Flask, tmp_path: Path) -> Path:
    """A build as Vite leaves it, with a gzip beside what is worth it."""
    folder = tmp_path / "static" / "app"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(SHELL)
    (folder / "sw.js").write_text("self.addEventListener('fetch', () => {})")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "assets" / "index-abc.js").write_text(SCRIPT)
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder / "assets" / "reader-abc.wasm").write_bytes(b"\0asm")
    (tmp_path / "static" / "secret.txt").write_text("nothing of the app's")
    app.static_folder = str(tmp_path / "static")
    return folder


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/app/", "text/html"),
        ("/app/index.html", "text/html"),
        ("/app/sw.js", "text/javascript"),
        ("/app/manifest.webmanifest", "application/manifest+json"),
    ],
)
@pytest.mark.usefixtures("build")
def test_what_may_change_is_asked_for_each_time(client: FlaskClient, path: str, media: str) -> None:
    answer = got(client, path)
    assert (answer.status_code, answer.mimetype) == (200, media)
    assert answer.headers["Cache-Control"] == "no-cache"
    again = got(client, path, If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304


@pytest.mark.usefixtures("build")
def test_what_carries_its_digest_holds_for_ever(client: FlaskClient) -> None:
    answer = got(client, "/app/assets/reader-abc.wasm")
    assert answer.mimetype == "application/wasm"  # or the browser would not compile it while it streams
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.usefixtures("build")
def test_a_script_comes_packed_to_whoever_reads_that(client: FlaskClient) -> None:
    packed = got(client, "/app/assets/index-abc.js", Accept_Encoding="gzip, br")
    plain = got(client, "/app/assets/index-abc.js", Accept_Encoding="identity")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data).decode() == plain.get_data(as_text=True) == SCRIPT
    assert {packed.mimetype, plain.mimetype} == {"text/javascript"}
    assert "Accept-Encoding" in packed.vary
    assert "Accept-Encoding" in plain.vary
    assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.usefixtures("build")
def test_the_policy_lets_nothing_foreign_or_inline_in(client: FlaskClient) -> None:
    policy = got(client, "/app/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "http" not in policy
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "wasm-unsafe-eval" not in got(client, "/sign-in").headers["Content-Security-Policy"]


@pytest.mark.usefixtures("build")
@pytest.mark.parametrize(
    "path", ["/app/assets/old-123.js", "/app/../secret.txt", "/app/%2e%2e/secret.txt", "/app/assets"]
)
def test_what_the_build_has_not_is_not_found(client: FlaskClient, path: str) -> None:
    assert got(client, path).status_code == 404


@pytest.mark.usefixtures("build")
def test_the_address_without_the_stroke_leads_there(client: FlaskClient) -> None:
    answer = got(client, "/app")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/app/")


def test_a_server_without_the_build_says_so(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.static_folder = str(tmp_path)
    answer = got(client, "/app/")
    assert answer.status_code == 503
    assert "chưa được dựng" in answer.get_data(as_text=True)
    assert "make setup" in answer.get_data(as_text=True)
