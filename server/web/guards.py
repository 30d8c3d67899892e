"""Who may call a view. Every route carries exactly one guard, "nobody" included; a test proves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, cast

from flask import current_app, g, redirect, request, url_for
from flask_login import current_user

from server.db import devices
from server.db.devices import Device
from server.db.users import Role, User
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.security.tokens import hash_of

View = Callable[..., Any]


def public(view: View) -> View:
    """Anyone may call this."""
    return _mark(view, "public")


def device_required(view: View) -> View:
    """A tablet signed in as its inspector. `g.device` is set."""
    return _device_guard(view, "device", uploads_only_ok=False, revoked_ok=False)


def queue_delivery(view: View) -> View:
    """A tablet delivering its queue: the upload token is enough, and a revoked tablet may still deliver."""
    return _device_guard(view, "queue", uploads_only_ok=True, revoked_ok=True)


def signed_in(*roles: Role) -> Callable[[View], View]:
    """A person signed in on a page; with `roles`, one of these (admin always)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]  # set by flask-login
            if (owed := current_user.owes) is not None and not _is_on_the_way(owed):
                return redirect(url_for(owed), 303)
            _check_role(cast("User", current_user.user), roles)
            return view(*args, **kwargs)

        return _mark(guarded, "signed_in")

    return decorate


def device_or_signed_in(view: View) -> View:
    """A tablet or a person signed in: documents and photos that both may read. Sets `g.device` or `g.user`."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.device, g.user = None, None
        if current_user.is_authenticated:
            if current_user.owes is not None:
                raise Problem(ProblemCode.FORBIDDEN, "Hãy đổi mật khẩu hoặc bật bảo mật hai lớp trước.")
            g.user = current_user.user
        else:
            g.device = _device(uploads_only_ok=False, revoked_ok=False)
        return view(*args, **kwargs)

    return _mark(guarded, "device_or_signed_in")


def guard_of(view: View) -> str | None:
    """Tell a view's guard, for the test that every route has one."""
    return getattr(view, "guard", None)


def _device_guard(view: View, name: str, *, uploads_only_ok: bool, revoked_ok: bool) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.device = _device(uploads_only_ok=uploads_only_ok, revoked_ok=revoked_ok)
        return view(*args, **kwargs)

    return _mark(guarded, name)


def _device(*, uploads_only_ok: bool, revoked_ok: bool) -> Device:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = devices.by_token_hash(db.session(), hash_of(token)) if scheme == "Bearer" and token else None
    if found is None:
        raise Problem(ProblemCode.UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
    device, full = found
    if not full and not uploads_only_ok:
        raise Problem(ProblemCode.FORBIDDEN, "Mã này chỉ dùng để gửi dữ liệu: hãy đăng nhập trên máy tính bảng.")
    if device.revoked_at is not None and not revoked_ok:
        raise Problem(ProblemCode.FORBIDDEN, "Máy tính bảng này đã bị thu hồi quyền.")
    return device


def _is_on_the_way(owed: str) -> bool:
    """Say whether this is a page of what has to be done first, or the way out."""
    return request.blueprint == owed.partition(".")[0] or request.endpoint == "sign_in.leave"


def _check_role(user: User, roles: tuple[Role, ...]) -> None:
    if roles and user.role not in {*roles, Role.ADMIN}:
        raise Problem(ProblemCode.FORBIDDEN, "Tài khoản của bạn không có quyền mở trang này.")


def _mark(view: View, name: str) -> View:
    view.guard = name  # type: ignore[attr-defined]  # read back by guard_of
    return view


def now() -> datetime:
    """The request's instant, the same throughout."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    return cast("datetime", g.now)
