"""The failure report: every open row with its reason and fix, what is new marked; as rows and as csv for a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.codes import CODES
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.reports.deep_links import places
from hsqbo_pipeline.reports.masking import masked as without_people
from hsqbo_pipeline.reports.published import SQL, open_published, run_of
from hsqbo_pipeline.reports.spreadsheets import defused
from hsqbo_pipeline.reports.words import day

if TYPE_CHECKING:
    import duckdb

COLUMNS = (
    "new", "object", "record", "state", "category", "code", "reason", "fix", "who_acts", "since", "amount", "currency", "day",
    "hubspot_id", "quickbooks_id", "hubspot_page", "quickbooks_page", "also", "record_key",
)  # fmt: skip


def failures(con: duckdb.DuckDBPyConnection, run_id: str, *, masked: bool = False) -> list[Row]:
    """Every open row (failing, blocked, waiting, in step with a warning), the worst first; `new` where it began in this run."""
    where = places(con)
    found = []
    for row in SQL.rows(con, "open_rows", run_id=run_id):
        shown = without_people(row) if masked else row
        entry = CODES.get(row["code"])
        found.append(
            {
                "new": "new" if row["new"] else "",
                "object": row["entity"],
                "record": shown["label"],
                "state": row["state"] if row["class"] != "WARNING" else "WARNING",
                "category": entry.category.value if entry else "operation",
                "code": row["code"],
                "reason": shown["sentence"],
                "fix": shown["fix"],
                "who_acts": row["owner"],
                "since": day(row["since_at"]),
                "amount": row["amount"],
                "currency": row["currency"],
                "day": day(row["business_day"]),
                "hubspot_id": row["hubspot_id"],
                "quickbooks_id": row["quickbooks_id"],
                "hubspot_page": where.of(row["entity"], System.HUBSPOT, row["hubspot_id"]),
                "quickbooks_page": where.of(row["entity"], System.QUICKBOOKS, row["quickbooks_id"]),
                "also": " ".join(each.get("sentence", "") for each in json.loads(shown["reasons"] or "[]")),
                "record_key": row["record_key"],
            }
        )
    return found


def write_failures(data: Path, run_id: str | None = None, *, masked: bool = False) -> Path:
    """Write `data/reports/failures-<number>-<id>.csv`; its path. Raises ConfigurationError before the first run."""
    with open_published(data) as con:
        run = run_of(con, run_id)
        found = failures(con, run["run_id"], masked=masked)
    folder = data / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"failures-{run['number']}-{run['run_id']}{'-masked' if masked else ''}.csv"
    part = path.with_name(f"{path.name}.part")
    _write(part, found)
    part.replace(path)
    return path


def _write(path: Path, found: Iterable[Row]) -> None:
    # With a byte order mark, or Excel reads UTF-8 as something else.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows({name: defused(value) for name, value in row.items()} for row in found)
