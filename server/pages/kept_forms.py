"""What somebody typed while their session ran out: carried through the sign-in by the browser itself, closed by a signature.

The server keeps nothing of it, and gives it back only to the person who typed it.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from server.pages import sessions

KEPT_FOR_S = 24 * 3600
LONGEST = 400_000
"""Letters: a form field of more than 500,000 is refused by the server's own form reader."""
_NEVER = frozenset({"csrf_token", "password", "old", "new", "again", "code"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was sent too late."""

    path: str
    fields: list[tuple[str, str]]
    lost_files: bool

    @property
    def texts(self) -> list[str]:
        """What was written in words, to be read again before it is sent."""
        return [text for _, text in self.fields if " " in text.strip()]


def close() -> str | None:
    """Close this request's form up for whoever was signed in; None where nobody was, or it is too long to be carried."""
    who = sessions.who()
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in _NEVER]
    if request.method != "POST" or who is None or not fields:
        return None
    value = [request.full_path.rstrip("?"), fields, bool(request.files), who]
    closed = str(_serializer().dumps(value))
    return closed if len(closed) <= LONGEST else None


def opened(closed: str, user_id: str) -> Kept | None:
    """Return what this person typed; None for what is not theirs, too old, or not from here."""
    try:
        path, fields, lost_files, who = _serializer().loads(closed, max_age=KEPT_FOR_S)
    except (BadData, ValueError, TypeError):
        return None
    return Kept(path, [(name, text) for name, text in fields], lost_files) if who == user_id else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SETTINGS"].secret_key, salt="kept form 1")
