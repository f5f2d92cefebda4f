"""Validation as asset checks: what is expected of each side's records, how many don't fit, and which."""

from typing import TYPE_CHECKING

import dagster as dg

from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.model.codes import render
from hsqbo_pipeline.model.names import TABLES, Entity, System
from hsqbo_pipeline.reports.markdown import plain, sentence, table
from hsqbo_pipeline.reports.words import plural

if TYPE_CHECKING:
    import duckdb

SAMPLES = 5  # ids shown per reason


def count_of(con: "duckdb.DuckDBPyConnection", entity: Entity) -> int:
    """How many typed rows an entity has, both sides together."""
    found = rows(con, f"SELECT count(*)::INTEGER AS records FROM {TABLES[entity]}")  # noqa: S608 - our own table
    return int(found[0]["records"])


def checks_of(con: "duckdb.DuckDBPyConnection", entity: Entity) -> list[dg.AssetCheckResult]:
    """One check per side: all current rejects of it, by reason, and everything that is expected of a record."""
    return [_check(con, entity, side) for side in System]


def _check(con: "duckdb.DuckDBPyConnection", entity: Entity, side: System) -> dg.AssetCheckResult:
    found = rows(
        con,
        "SELECT code, field, count(*)::INTEGER AS records, list(coalesce(label, id) ORDER BY id)[:$samples] AS samples,"
        " any_value(value) AS value FROM rejects"
        " WHERE entity = $entity AND system = $system GROUP BY code, field ORDER BY records DESC, code, field",
        {"entity": entity.value, "system": side.value, "samples": SAMPLES},
    )
    failed = sum(row["records"] for row in found)
    return dg.AssetCheckResult(
        check_name=f"{side.value}_records_fit",
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{plural(failed, 'record')} can't be used as it stands." if failed else "Every record fits.",
        metadata={
            "failing": failed,
            **({"reasons": dg.MetadataValue.md(_reasons(found))} if found else {}),
            "expected": dg.MetadataValue.md(_expected(entity, side)),
        },
    )


def _reasons(found: list[Row]) -> str:
    told = []
    for row in found:
        text = render(row["code"], field=row["field"], value=row["value"])
        names = ", ".join(plain(name, 80) for name in row["samples"])
        told.append((row["records"], row["field"] or "", plain(text.sentence), sentence(text.fix), names))
    return table(("records", "field", "what", "fix", "such as"), told)


def _expected(entity: Entity, side: System) -> str:
    from hsqbo_pipeline.model.schemas import EXPECTATIONS

    expected = EXPECTATIONS[entity, side]
    return table(("field", "breach", "fix"), ((each.column, plain(each.what), sentence(each.fix)) for each in expected))
