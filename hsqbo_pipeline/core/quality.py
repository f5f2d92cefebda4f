"""How good the data of both sides is, in words a data steward reads: five dimensions, counted, with a few ids each.

Needs nothing but the typed tables, so it runs alone as well as at the end of a night. Every measure is written for
every side it was counted on, also where nothing failed: a trend over runs needs its zeros. What a measure means, how
much it matters and what to do about it stands in `quality.csv`: `error` stops records, `warning` will bite, `info` is
good to know.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.tables import Row, Statements, insert

SQL = Statements(Path(__file__).parent / "sql")
DIMENSIONS = ("completeness", "uniqueness", "validity", "consistency", "freshness")
SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True)
class Measure:
    """One counted measure of a run; `samples` are at most ten ids of records that failed it."""

    dimension: str
    entity: str
    system: str
    field: str
    checked: int
    failed: int
    severity: str
    what: str
    fix: str
    samples: tuple[str, ...]

    @property
    def share_good(self) -> float:
        """The share of checked records without fault, 1.0 where none was checked."""
        return 1.0 if not self.checked else 1 - self.failed / self.checked


def measure_quality(con: duckdb.DuckDBPyConnection, run_id: str, now: datetime) -> list[Measure]:
    """Measure everything, keep it in `quality` under this run, and return it, worst first.

    `now` is the clock that ages are told by. Calling it again for the same run replaces what it wrote.
    """
    found = [_measure(dimension, row) for dimension in DIMENSIONS for row in _rows(con, dimension, now)]
    SQL.run(con, "quality_clear", run_id=run_id)
    insert(con, "quality", [_row(run_id, measure) for measure in found])
    return sorted(found, key=_worst_first)


def _worst_first(measure: Measure) -> tuple[bool, int, int, str, str, str]:
    weight = SEVERITIES.index(measure.severity)
    return (measure.failed == 0, weight, -measure.failed, measure.entity, measure.system, measure.field)


def _rows(con: duckdb.DuckDBPyConnection, dimension: str, now: datetime) -> list[Row]:
    parameters = {"now": now} if dimension == "freshness" else {}
    return SQL.rows(con, f"quality_{dimension}", **parameters)


@cache
def _meanings() -> Mapping[str, Mapping[str, str]]:
    text = (Path(__file__).parent / "quality.csv").read_text(encoding="utf-8")
    return {row["measure"]: row for row in csv.DictReader(text.splitlines())}


def _measure(dimension: str, row: Row) -> Measure:
    meaning = _meanings()[row["measure"]]
    return Measure(
        dimension=dimension,
        entity=row["entity"],
        system=row["system"],
        field=row["field"] or meaning["field"],
        checked=row["checked"],
        failed=row["failed"],
        severity=meaning["severity"],
        what=meaning["what"],
        fix=meaning["fix"],
        samples=tuple(row["samples"] or ()),
    )


def _row(run_id: str, measure: Measure) -> Row:
    return {
        "run_id": run_id,
        "system": measure.system,
        "entity": measure.entity,
        "dimension": measure.dimension,
        "field": measure.field,
        "checked": measure.checked,
        "failed": measure.failed,
        "severity": measure.severity,
        "what": measure.what,
        "fix": measure.fix,
        "samples": json.dumps(measure.samples),
    }
