"""Fixtures for every test: databases, a store, a clock that stands still."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from storage.uow import Store
from tests.clock import CountingIds, MovableClock
from tests.databases import PostgresTemplate, SqliteTemplate, postgresql_server

settings.register_profile(
    "tocsin",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("tocsin")
# Values as the house knows them: instants are aware, and JSON has no word for infinity.
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def pytest_collection_finish() -> None:
    """Thousands of collected tests live to the end: looking at them for garbage takes a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def ids() -> CountingIds:
    return CountingIds()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[PostgresTemplate]:
    with postgresql_server() as template:
        yield template


@pytest.fixture
def sqlite_url(sqlite_template: SqliteTemplate, tmp_path: Path) -> str:
    """A fresh SQLite database, for tests whose promise does not depend on the engine."""
    return sqlite_template.copy(tmp_path)


@pytest.fixture
def postgresql_url(postgresql_template: PostgresTemplate) -> Iterator[str]:
    """A fresh PostgreSQL database."""
    url = postgresql_template.copy()
    yield url
    postgresql_template.drop(url)


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(database_url: str, clock: MovableClock, ids: CountingIds) -> AsyncIterator[Store]:
    """A store on each engine in turn."""
    opened = await Store.open(database_url, clock=clock, ids=ids)
    yield opened
    await opened.close()
