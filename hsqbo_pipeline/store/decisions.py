"""What people decided, and the file that keeps it where a lost warehouse cannot take it along.

`decisions.yaml` is written after every run and read by `hsqbo rebuild`: decisions, tombstones, and the links that no
mark in either system tells (aliases, pairs made by hand).
"""

from __future__ import annotations

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
    part.replace(path)
    return path


def read_file(con: duckdb.DuckDBPyConnection, data: Path) -> dict[str, int]:
    """Bring the file's decisions, tombstones and links back into an empty warehouse; how many of each.

    A missing file is none of each. Raises ConfigurationError for a file that is not one of ours.
    """
    path = data / FILE_NAME
    content = _content(path)
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


def _content(path: Path) -> dict[str, list[dict[str, Any]]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with path.open(encoding="utf-8") as stream:
            found = YAML(typ="safe").load(stream)
    except FileNotFoundError:
        found = {}
    except YAMLError as error:
        raise ConfigurationError(f"{path} is no YAML file: {str(error).splitlines()[0]}", file=str(path)) from error
    if not isinstance(found, dict) or not set(found) <= set(_PARTS):
        raise ConfigurationError(f"{path} is not a decisions file; it has only {', '.join(_PARTS)}", file=str(path))
    return {part: [_typed(row) for row in found.get(part) or ()] for part in _PARTS}


def _plain(row: Row) -> dict[str, Any]:
    """A row without blanks, times as text: YAML's own timestamps lose their zone."""
    return {
        name: value.isoformat() if isinstance(value, (datetime, date)) else value
        for name, value in row.items()
        if value is not None
    }


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    typed = dict(row)
    for name in ("at_time", "since_at"):
        if isinstance(typed.get(name), str):
            typed[name] = datetime.fromisoformat(typed[name])
    if isinstance(typed.get("until"), str):
        typed["until"] = date.fromisoformat(typed["until"])
    return typed
