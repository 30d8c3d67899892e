"""Sessions of people: who is signed in, for how long, and what they have to do first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g, session
from flask_login import UserMixin, login_user
from sqlalchemy.exc import SQLAlchemyError

from server.db.users import User
from server.extensions import db, login
from server.services import accounts, second_factor
from server.web.guards import now

IDLE = timedelta(minutes=30)
"""A desk that somebody left."""
LONGEST = timedelta(hours=12)
"""A working day: the next morning asks again."""
SEEN_EVERY = timedelta(minutes=1)
COOKIE = timedelta(days=7)
"""Longer than any session: what says nobody is signed in any more still proves that a form came from our own page."""


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """What flask-login keeps of a person: `user` is the account as it is now."""

    def __init__(self, user: User) -> None:
        self.user = user

    @property
    def owes(self) -> str | None:
        """The page that has to come before all others."""
        if self.user.must_change_by is not None:
            return "account.ask_for_password"
        return "account.second_factor_page" if second_factor.is_due(self.user) else None

    def get_id(self) -> str:
        """Return what the cookie names."""
        return accounts.session_key(self.user)


@login.user_loader
def _load(key: str) -> SignedIn | None:
    """Find the person of a cookie; nobody once the session has run out.

    flask-login asks in every template, in that of the error page too: where the database failed once in this request,
    the page that says so is made for nobody in particular instead of failing as well.
    """
    if g.get("is_database_lost") or not _still_runs():
        return None
    try:
        user = accounts.by_session_key(db.session(), key)
    except SQLAlchemyError:
        g.is_database_lost = True
        raise
    return None if user is None else SignedIn(user)


def begin(user: User) -> None:
    """Begin a session; what was there before is thrown away, so that nobody can plant one.

    The language stays, and the token of forms for whoever was signed in here before: what they typed elsewhere can still be sent.
    """
    token = session.get("csrf_token") if who() == user.id else None
    language = session.get("language")
    session.clear()
    session.permanent = True
    if language is not None:
        session["language"] = language
    if token is not None:
        session["csrf_token"] = token
    at = int(now().timestamp())
    session.update(who=user.id, since=at, seen=at)
    login_user(SignedIn(user))


def go_on(user: User) -> None:
    """Keep this session where the person has just ended all of theirs, by a new password or a second factor."""
    login_user(SignedIn(user))


def who() -> str | None:
    """The id of whoever signed in here last, also when the session has run out since."""
    found = session.get("who")
    return found if isinstance(found, str) else None


def _still_runs() -> bool:
    """Say whether this session is neither idle nor too old; note that it is used."""
    at = int(now().timestamp())
    since, seen = _number(session.get("since")), _number(session.get("seen"))
    if at - since > LONGEST.total_seconds() or at - seen > IDLE.total_seconds():
        return False
    if at - seen >= SEEN_EVERY.total_seconds():
        session["seen"] = at
    return True


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
