"""The one DuckDB file in which a connection's state lives: opened once per run, migrated, kept until the run ends."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.store.disk import explained

FILE_NAME = "warehouse.duckdb"
_MIGRATIONS = Path(__file__).parent / "migrations"
_NUMBERED = re.compile(r"(\d{3})_\w+\.sql")
_VERSION = "schema_version"
_MOST_THREADS = 8
_WORTH_THREADS = 20_000  # mirrored records

_CONFIG = {
    # A table name in SQL must never pick up a Python variable of the caller.
    "python_enable_replacements": "false",
    # Nothing is fetched from the internet at run time; json, icu and parquet are built in.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class Warehouse:
    """An open warehouse. `con` is the connection every stage works on; `data` the folder the file lies in."""

    def __init__(self, con: duckdb.DuckDBPyConnection, data: Path) -> None:
        """Use `Warehouse.open`."""
        self.con = con
        self.data = data

    @classmethod
    def open(cls, data: Path, *, read_only: bool = False) -> Self:
        """Open (or make) `data/warehouse.duckdb` and bring its tables to this version.

        Raises PipelineError when the file is open elsewhere or damaged or the disk is full, and ConfigurationError when
        it may not be written or a newer version of the pipeline has written it.
        """
        path = data / FILE_NAME
        with explained(path):
            if not read_only:
                data.mkdir(parents=True, exist_ok=True)
            con = duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
        try:
            with explained(path):
                _set_up(con)
                _migrate(con, path, read_only=read_only)
                _fit(con)
        except BaseException:
            con.close()
            raise
        return cls(con, data)

    @property
    def path(self) -> Path:
        """The file."""
        return self.data / FILE_NAME

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Everything in the block is kept, or nothing.

        Nothing in the block may await: the connection is shared by all tasks of a run. Raises PipelineError when the
        disk is full or the file cannot be used; what else is raised passes through after the rollback.
        """
        with explained(self.path), transaction(self.con):
            yield self.con

    def fit(self) -> None:
        """Give the statements to come as many threads as the book is worth; after a read that made it grow, once more."""
        _fit(self.con)

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        self.con.close()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """`Warehouse.transaction` for a caller who has only the connection."""
    con.execute("BEGIN TRANSACTION")
    try:
        yield
        con.execute("COMMIT")
    except BaseException:
        _roll_back(con)
        raise


def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
    try:
        con.execute("ROLLBACK")
    except duckdb.Error:
        return  # a COMMIT that failed has ended the transaction already; the first error is the one to tell


def _set_up(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"SET memory_limit = '{_memory_mib()}MiB'")


def _fit(con: duckdb.DuckDBPyConnection) -> None:
    """A small book's statements take a millisecond or two each: handing them to other threads costs more than it saves."""
    found = con.execute("SELECT estimated_size FROM duckdb_tables() WHERE table_name = 'mirror'").fetchall()
    threads = min(os.cpu_count() or 1, _MOST_THREADS) if found and found[0][0] >= _WORTH_THREADS else 1
    con.execute(f"SET threads = {threads}")


def _memory_mib() -> int:
    """Half of what the machine has, 4 GiB at most: what does not fit goes to disk beside the file."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 2048
    return max(512, min(4096, total // 2 // 2**20))


def _migrate(con: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> None:
    steps = sorted((int(found[1]), file) for file in _MIGRATIONS.iterdir() if (found := _NUMBERED.fullmatch(file.name)))
    have, newest = _version(con), steps[-1][0]
    if have > newest:
        raise ConfigurationError(
            f"{path} was written by a newer version of hsqbo (state version {have}, this one knows {newest}). "
            "Install that version again, or point HSQBO_DATA elsewhere."
        )
    if read_only and have < newest:
        raise ConfigurationError(f"{path} holds no state of this version yet; run `hsqbo sync` once.")
    for number, file in steps:
        if number > have:
            with transaction(con):
                con.execute(file.read_text(encoding="utf-8"))
                con.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [_VERSION, str(number)])


def _version(con: duckdb.DuckDBPyConnection) -> int:
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta'").fetchall():
        return 0
    found = con.execute("SELECT value FROM meta WHERE key = ?", [_VERSION]).fetchall()
    return int(found[0][0]) if found else 0
