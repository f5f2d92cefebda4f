"""Ending a connection: what it remembers of pairs goes, business records stay, and nothing can be doubled by it (A95, 1.37).

All links are exported first. Each becomes a tombstone ("forgotten"), so that no night makes a partner anew, and the
connection stands still until `adopt` or `rebuild` has found the pairs again. The journal stays: it numbers what was ever
intended for a record, and a number used twice would be answered with the old answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.tables import Row, Statements, insert
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.runs.linking import FORGOTTEN
from hsqbo_pipeline.runs.steer import steering
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store import journal, links

SQL = Statements(Path(__file__).parent / "sql")
FOLDER = "exports"
# What only makes sense beside links, and what the first run had fixed (the next set-up may choose anew).
_CLEARED = ("links", "baselines", "links_seen", "evaluated", "due", "plans", "start")
_COLUMNS = frozenset(
    {"entity", "hubspot_id", "quickbooks_id", "role", "owner", "matched_by", "portal", "realm", "environment"}
)


@dataclass(frozen=True)
class Forgotten:
    """What was forgotten, and the file that holds it."""

    export: Path
    links: int


def forget(settings: Settings) -> Forgotten:
    """Export all links, then turn them into tombstones. Writes on neither side and asks neither.

    Raises ConfigurationError where there is no link, or where an earlier run left a write open: its outcome is not known,
    and nobody would look it up any more.
    """
    with steering(settings, "forget") as warehouse:
        con = warehouse.con
        known = len(links.of(con))
        if not known:
            raise ConfigurationError(
                "This connection has no links; there is nothing to forget.", file=str(warehouse.path)
            )
        left = journal.open_entries(con)
        if left:
            raise ConfigurationError(
                f"{len(left)} writes of an earlier run have no known outcome. Run `hsqbo sync` once, then forget.",
                file=str(warehouse.path),
            )
        path = _export(con, settings.data)
        with warehouse.transaction():
            SQL.run(con, "forget_bury", reason=FORGOTTEN, run_id=FORGOTTEN, at_time=datetime.now(UTC))
            for what in _CLEARED:
                SQL.run(con, f"forget_{what}")
            insert(con, "meta", [{"key": FORGOTTEN, "value": str(path)}], replace=True)
    return Forgotten(path, known)


def _export(con: duckdb.DuckDBPyConnection, data: Path) -> Path:
    """`data/exports/links-<time>.csv`: every link with the values both sides had agreed on."""
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"links-{datetime.now(UTC):%Y%m%dT%H%M%S}.csv"
    part = path.with_suffix(".part")
    con.sql((SQL.folder / "forget_export.sql").read_text(encoding="utf-8")).write_csv(str(part), header=True)
    part.replace(path)
    return path


def bring_back(con: duckdb.DuckDBPyConnection, path: Path, *, realm: str, environment: str, run_id: str) -> list[Row]:
    """Make the links of an export again, as far as both records are still there; those that are not are given back.

    Call it in a transaction. Raises ConfigurationError for a file that is no export, or one of another company.
    """
    try:
        SQL.run(con, "forget_read", path=str(path))
    except duckdb.Error as error:
        raise ConfigurationError(f"{path} cannot be read as an export of links.", file=str(path)) from error
    columns = {row["column_name"] for row in SQL.rows(con, "forget_columns")}
    if not columns >= _COLUMNS:
        raise ConfigurationError(f"{path} is no export of links that `hsqbo forget` wrote.", file=str(path))
    if SQL.rows(con, "forget_foreign", realm=realm, environment=environment):
        raise ConfigurationError(f"{path} belongs to another company.", file=str(path), code="AUTH_QBO_WRONG_COMPANY")
    SQL.run(con, "forget_links_again", run_id=run_id)
    SQL.run(con, "forget_baselines_again", run_id=run_id)
    SQL.run(con, "forget_dig_up", reason=FORGOTTEN)
    SQL.run(con, "forget_due_again", run_id=run_id)
    return SQL.rows(con, "forget_left")
