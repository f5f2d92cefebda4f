"""What the records on both sides hold that keeps them from coming into step: counted, with a few of them named."""

from __future__ import annotations

from pathlib import Path

import duckdb

from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.findings import Finding, finding
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import Rules

SQL = Statements(Path(__file__).parents[1] / "sql")


def findings(con: duckdb.DuckDBPyConnection, rules: Rules) -> list[Finding]:
    """Missing and doubled SKUs, shared addresses, names that are taken, document numbers that stand twice."""
    found: list[Finding] = []
    if rules.products.targets:
        found += _each("no_sku", SQL.rows(con, "doctor_no_sku")) if rules.products.sku_required else []
        found += _each("sku_doubled", SQL.rows(con, "doctor_skus"))
    if rules.customers.targets:
        found += _each("email_shared", SQL.rows(con, "doctor_emails"))
    if rules.customers.writes_to(System.QUICKBOOKS) and rules.customers.display_name_clash == "fail":
        found += _each("name_taken", SQL.rows(con, "doctor_names"))
    return [*found, *_each("number_doubled", SQL.rows(con, "doctor_numbers"))]


def _each(name: str, rows: list[Row]) -> list[Finding]:
    """One finding per system that has such records; each row holds their count and up to three of them."""
    return [
        finding(name, system=row["system"], count=row["records"], examples=row["examples"], sku="", email="", holder="")
        for row in rows
        if row["records"]
    ]
