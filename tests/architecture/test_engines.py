"""What asks for a database runs on both engines, for real, and what does not runs once."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests import postgres
from tests.conftest import ON_BOTH, POSTGRESQL, SQLITE, engines_of
from tests.postgres import RUN, Cluster, PostgresMissingError

ROOT = Path(__file__).resolve().parents[1]


def test_every_test_with_a_database_is_there_for_every_engine(request: pytest.FixtureRequest) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    expected: dict[str, set[str]] = {}
    for item in request.session.items:
        assert isinstance(item, pytest.Function)
        called = getattr(item, "callspec", None)
        engine = None if called is None else called.params.get("engine")
        if "app" in item.fixturenames or "settings" in item.fixturenames:
            assert engine is not None, item.nodeid
        if engine is not None and called is not None:
            others = "-".join(part for part in item.callspec.id.split("-") if part not in (SQLITE, POSTGRESQL))
            name = f"{item.path}::{item.originalname}[{others}]"
            found[name].add(engine)
            expected[name] = set(engines_of(item))
    chosen = (
        request.config.option.keyword or request.config.option.deselect or any("::" in a for a in request.config.args)
    )
    if not chosen:
        assert found == expected
        assert not {
            n
            for n, engines in found.items()
            if POSTGRESQL in engines and Path(n).relative_to(ROOT).parts[0] not in ON_BOTH
        }


def test_the_clusters_databases_are_postgresql_and_of_a_version_we_promise(cluster: Cluster) -> None:
    with cluster.database() as url:
        assert make_url(url).get_backend_name() == "postgresql"
        assert cluster.has(str(make_url(url).database))
    assert not cluster.has(str(make_url(url).database))
    assert cluster.admin.info.server_version >= 15_00_00


def test_a_postgresql_that_cannot_start_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").write_text("in the way")
    monkeypatch.setenv(RUN, str(tmp_path))
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    for _ in range(2):  # the second worker is told at once
        with pytest.raises(PostgresMissingError, match="không khởi động được") as told, postgres.cluster():
            pass
        assert "data" in str(told.value)


def test_a_given_server_that_is_not_there_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN, str(tmp_path))
    monkeypatch.setenv("TEST_DATABASE_URL", f"postgresql://nobody:secret@/x?host={tmp_path}")
    with pytest.raises(PostgresMissingError, match="Không kết nối được") as told, postgres.cluster():
        pass
    assert "secret" not in str(told.value)
