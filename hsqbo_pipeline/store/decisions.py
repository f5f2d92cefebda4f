"""What people decided, and the file that keeps it where a lost warehouse cannot take it along.

`decisions.yaml` is written after every run and read by `hsqbo rebuild`: decisions, tombstones, and the links that no
mark in either system tells (aliases, pairs made by hand).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row, Statements, insert
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.store import links

if TYPE_CHECKING:
    import duckdb

SQL = Statements(Path(__file__).parent / "sql")
FILE_NAME = "decisions.yaml"
_PARTS = ("decisions", "tombstones", "links")
_OWNED = "decisions_file"  # in `meta`: this warehouse has written or read the file
_HEAD = "What people decided. hsqbo writes this file after every run and reads it when the warehouse was lost."


def keep(con: duckdb.DuckDBPyConnection, decisions: Iterable[Mapping[str, Any]]) -> int:
    """Write rows of `decisions`; one on the same record with the same verb is replaced."""
    return insert(con, "decisions", decisions, replace=True)


def withdraw(con: duckdb.DuckDBPyConnection, entity: Entity, system: System, record_id: str, verb: str) -> bool:
    """Take a decision back; False if there was none."""
    values = {"entity": entity.value, "system": system.value, "id": record_id, "verb": verb}
    return bool(SQL.rows(con, "decision_withdraw", **values))


def of(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """All decisions."""
    return SQL.rows(con, "decisions")


def write_file(con: duckdb.DuckDBPyConnection, data: Path) -> Path:
    """Write `data/decisions.yaml` (temporary file and rename); its path.

    A warehouse that has nothing to say leaves a file alone that it has neither written nor read: it is a new one, and
    the file may be all that is left of the old.
    """
    from ruamel.yaml import YAML

    parts = (of(con), links.tombstones(con), SQL.rows(con, "decisions_aliases"))
    content = {name: [_plain(row) for row in rows] for name, rows in zip(_PARTS, parts, strict=True)}
    path, part = data / FILE_NAME, data / f"{FILE_NAME}.part"
    if not any(content.values()) and not _ours(con) and path.exists():
        return path
    _own(con)
    with part.open("w", encoding="utf-8") as stream:
        stream.write(f"# {_HEAD}\n")
        YAML(typ="safe").dump(content, stream)
        stream.flush()
        os.fsync(
            stream.fileno()
        )  # it is what is left when the warehouse is not: it must not be lost to the same power cut
    part.replace(path)
    return path


def read_file(con: duckdb.DuckDBPyConnection, data: Path) -> dict[str, int]:
    """Bring the file's decisions, tombstones and links back into an empty warehouse; how many of each.

    A missing file is none of each. Raises ConfigurationError for a file that is not one of ours.
    """
    path = data / FILE_NAME
    found = _content(path)
    content = {part: _rows(con, part, found.get(part) or (), path) for part in _PARTS}
    _own(con)
    return {
        "decisions": keep(con, content["decisions"]),
        "tombstones": links.bury(con, content["tombstones"]),
        "links": links.keep(con, content["links"]),
    }


def _ours(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(con.execute("SELECT 1 FROM meta WHERE key = $key", {"key": _OWNED}).fetchall())


def _own(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "meta", [{"key": _OWNED, "value": "yes"}], replace=True)


def _content(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with path.open(encoding="utf-8") as stream:
            found = YAML(typ="safe").load(stream)
    except FileNotFoundError:
        found = {}
    except (YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is no YAML file: {str(error).splitlines()[0]}", file=str(path)) from error
    if not isinstance(found, dict) or not set(found) <= set(_PARTS):
        raise ConfigurationError(f"{path} is not a decisions file; it has only {', '.join(_PARTS)}", file=str(path))
    return found


def _rows(con: duckdb.DuckDBPyConnection, table: str, given: Any, path: Path) -> list[dict[str, Any]]:
    """The entries of a part as rows of its table. Raises ConfigurationError naming the first one that is none."""
    columns = {row["name"]: row for row in SQL.rows(con, "decisions_columns", table=table)}
    if not isinstance(given, (list, tuple)):
        raise ConfigurationError(f"{path}: {table} must be a list", file=str(path), field=table)
    found = []
    for number, entry in enumerate(given, 1):
        wrong = _wrong(entry, columns)
        try:
            row = {} if wrong else {name: _typed(value, columns[name]["type"]) for name, value in entry.items()}
        except ValueError as error:
            wrong = str(error)
        if wrong:
            raise ConfigurationError(f"{path}: entry {number} of {table}: {wrong}", file=str(path), field=table)
        found.append(row)
    return found


def _wrong(entry: Any, columns: Mapping[str, Row]) -> str:
    """What is wrong with an entry's keys, its object and its system; empty where nothing is."""
    if not isinstance(entry, Mapping):
        return "must say a value for each of its keys"
    strange = sorted(str(name) for name in entry.keys() - columns.keys())
    missing = [name for name, column in columns.items() if not column["optional"] and entry.get(name) is None]
    if strange:
        return f"there is no {', '.join(strange)}"
    if missing:
        return f"{', '.join(missing)} is missing"
    known = {"entity": [one.value for one in Entity], "system": [one.value for one in System]}
    bad = [name for name, values in known.items() if name in entry and entry[name] not in values]
    return "; ".join(f"{name} must be one of {', '.join(known[name])}" for name in bad)


def _plain(row: Row) -> dict[str, Any]:
    """A row without blanks, times as text: YAML's own timestamps lose their zone."""
    return {
        name: value.isoformat() if isinstance(value, (datetime, date)) else value
        for name, value in row.items()
        if value is not None
    }


def _typed(value: Any, kind: str) -> Any:
    """A value of the file as its column takes it. Raises ValueError for a time or day that is none."""
    if value is None or isinstance(value, (datetime, date)):
        return value
    if kind == "DATE":
        return date.fromisoformat(str(value))
    return datetime.fromisoformat(str(value)) if kind.startswith("TIMESTAMP") else str(value)
