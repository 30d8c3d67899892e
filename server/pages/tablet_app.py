"""/app/: the tablet client as it was built into static/app. Its own policy of content; nothing here knows what it does."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, request, send_file
from werkzeug.security import safe_join

from server.errors import Problem, ProblemCode
from server.web.answers import FOR_EVER
from server.web.guards import public

bp = Blueprint("tablet_app", __name__)
CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; worker-src 'self'; frame-src 'self' blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
"""Compiling wasm is what typst and the scanner need; nothing of another origin, nothing inline."""
PERMISSIONS = "camera=(self), geolocation=(self), screen-wake-lock=(self), microphone=(), payment=(), usb=()"
TYPES = {
    ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png",
    ".wasm": "application/wasm", ".json": "application/json", ".webmanifest": "application/manifest+json",
    ".ttf": "font/ttf", ".otf": "font/otf", ".woff2": "font/woff2", ".typ": "text/plain", ".txt": "text/plain",
}  # fmt: skip
"""Said here, because what the system's own table says differs from machine to machine."""
NOT_BUILT = "Ứng dụng cho máy tính bảng chưa được dựng trên máy chủ này. Người quản trị hãy chạy lệnh “make setup”."


@bp.get("/app/")
@public
def shell() -> Response:
    """Serve the page that every screen lives in."""
    return _served("index.html")


@bp.get("/app/<path:name>")
@public
def file(name: str) -> Response:
    """Serve one file of the build; the names under assets/ carry a digest and hold for ever."""
    return _served(name)


def _served(name: str) -> Response:
    folder = Path(current_app.static_folder or "") / "app"
    path = safe_join(str(folder), name)
    if path is None or not Path(path).is_file():
        if not (folder / "index.html").is_file():
            raise Problem(ProblemCode.UNAVAILABLE, NOT_BUILT, headers={"Retry-After": "600"})
        raise Problem(ProblemCode.NOT_FOUND, "Ứng dụng không có tệp này; có thể máy đang giữ một phiên bản cũ.")
    response = _packed(Path(path))
    response.headers["Cache-Control"] = FOR_EVER if name.startswith("assets/") else "no-cache"
    response.headers["Content-Security-Policy"] = CSP
    response.headers["Permissions-Policy"] = PERMISSIONS
    return response


def _packed(path: Path) -> Response:
    """Send the file, or its gzip that the build put beside it, where the client reads that."""
    mimetype = TYPES.get(path.suffix, "application/octet-stream")
    twin = path.with_name(path.name + ".gz")
    has_twin = twin.is_file()
    is_packed = has_twin and "gzip" in request.headers.get("Accept-Encoding", "").lower()
    response = send_file(twin if is_packed else path, mimetype=mimetype, conditional=True, etag=True)
    if has_twin:
        response.headers.add("Vary", "Accept-Encoding")
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
