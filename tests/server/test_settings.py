"""DATABASE_URL as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.db import engine
from server.settings import Settings, SettingsError


@pytest.mark.parametrize(("given", "understood"), [
    ("postgresql://ht:mk@db/hientruong", "postgresql+psycopg://ht:mk@db/hientruong"),
    ("postgres://ht@/hientruong?host=/run/postgresql", "postgresql+psycopg://ht@/hientruong?host=/run/postgresql"),
    ("postgresql+psycopg://ht@db/x", "postgresql+psycopg://ht@db/x"),
    ("sqlite:////var/lib/ht/a.sqlite3", "sqlite:////var/lib/ht/a.sqlite3"),
])  # fmt: skip
def test_both_engines_are_understood(monkeypatch: pytest.MonkeyPatch, given: str, understood: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert Settings.from_environ().database_url == understood
    assert engine.options(understood).get("pool_pre_ping", False) is understood.startswith("postgresql")


@pytest.mark.parametrize("given", ["mysql://x/y", "postgresql+psycopg2://x/y", "hientruong.sqlite3", "://"])
def test_another_engine_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    with pytest.raises(SettingsError, match="DATABASE_URL phải bắt đầu bằng"):
        Settings.from_environ()


def test_without_one_it_is_sqlite_beside_the_rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for unset in ("", None):
        monkeypatch.delenv("DATABASE_URL", raising=False)
        if unset is not None:
            monkeypatch.setenv("DATABASE_URL", unset)
        assert Settings.from_environ(tmp_path).database_url == f"sqlite:///{tmp_path}/hientruong.sqlite3"
