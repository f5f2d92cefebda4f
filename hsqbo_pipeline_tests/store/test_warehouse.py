"""The file: opening, migrating, transactions, and what people are told when it cannot be used."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from hsqbo_pipeline.core.tables import statement
from hsqbo_pipeline.errors import ConfigurationError, ExitCode, PipelineError
from hsqbo_pipeline.store import warehouse as module
from hsqbo_pipeline.store.warehouse import FILE_NAME, Warehouse

_HOLD = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


def _write_half(warehouse: Warehouse, error: Exception) -> None:
    with warehouse.transaction() as con:
        con.execute("INSERT INTO meta VALUES ('half', 'done')")
        raise error


def test_state_survives_closing(tmp_path: Path) -> None:
    """What was committed is there when the file is opened again, and migrations run once."""
    with Warehouse.open(tmp_path) as opened, opened.transaction() as con:
        con.execute("INSERT INTO meta VALUES ('greeting', 'hello')")
    with Warehouse.open(tmp_path) as opened:
        found = dict(opened.con.execute("SELECT * FROM meta").fetchall())
    assert found["greeting"] == "hello"
    assert int(found["schema_version"]) >= 1


def test_settings_of_the_connection(warehouse: Warehouse) -> None:
    """Time is UTC, no Python variable passes for a table, and nothing is fetched from the internet."""
    hidden = [1, 2, 3]
    assert hidden
    with pytest.raises(duckdb.CatalogException):
        warehouse.con.execute("SELECT * FROM hidden")
    names = "('TimeZone', 'autoinstall_known_extensions', 'autoload_known_extensions')"
    found = dict(warehouse.con.execute(f"SELECT name, value FROM duckdb_settings() WHERE name IN {names}").fetchall())
    assert found == {"TimeZone": "UTC", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def test_failed_transaction_leaves_nothing(warehouse: Warehouse) -> None:
    """An error in a transaction takes back what came before it, and the connection goes on working."""
    with pytest.raises(duckdb.ConstraintException):
        _write_half(warehouse, duckdb.ConstraintException("twice"))
    assert warehouse.con.execute("SELECT * FROM meta WHERE key = 'half'").fetchall() == []


def test_open_elsewhere_names_the_process(tmp_path: Path) -> None:
    """A file held by another process is refused with that process's id."""
    Warehouse.open(tmp_path).close()
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path / FILE_NAME)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(PipelineError, match=str(other.pid)) as caught:
            Warehouse.open(tmp_path)
        assert caught.value.exit_code is ExitCode.BUSY
        other.communicate()


@pytest.mark.rule("SYS_STATE_UNUSABLE")
def test_damaged_file_says_how_to_go_on(tmp_path: Path) -> None:
    """A file that is no warehouse is named, with the way to rebuild it."""
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 500)
    with pytest.raises(PipelineError, match="rebuild") as caught:
        Warehouse.open(tmp_path)
    assert str(tmp_path / FILE_NAME) in str(caught.value)
    assert caught.value.code == "SYS_STATE_UNUSABLE"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_without_permission(tmp_path: Path) -> None:
    """A folder that may not be written is a matter for a person."""
    folder = tmp_path / "shut"
    folder.mkdir(mode=0o500)
    with pytest.raises(ConfigurationError, match="write access"):
        Warehouse.open(folder)


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), PipelineError, "SYS_DISK_FULL"),
        (OSError(errno.EACCES, "Permission denied"), ConfigurationError, "CFG_INVALID"),
        (OSError(errno.EROFS, "Read-only file system"), ConfigurationError, "CFG_INVALID"),
    ],
)
def test_errors_of_the_disk_are_explained(
    warehouse: Warehouse, said: OSError, kind: type[Exception], code: str
) -> None:
    """What the system says of the disk reaches a person as what to do, and the transaction is taken back."""
    with pytest.raises(kind) as caught:
        _write_half(warehouse, said)
    assert getattr(caught.value, "code", None) == code
    assert warehouse.con.execute("SELECT * FROM meta WHERE key = 'half'").fetchall() == []


def test_newer_state_is_left_alone(tmp_path: Path) -> None:
    """A file that a newer version wrote is not touched."""
    with Warehouse.open(tmp_path) as opened:
        opened.con.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    with pytest.raises(ConfigurationError, match="newer version"):
        Warehouse.open(tmp_path)


def test_every_statement_fits_the_tables(warehouse: Warehouse) -> None:
    """Each SQL file of the store is one statement that DuckDB can parse."""
    files = sorted((Path(module.__file__).parent / "sql").glob("*.sql"))
    assert files
    for file in files:
        assert len(warehouse.con.extract_statements(statement(file.parent, file.stem))) == 1, file.name
