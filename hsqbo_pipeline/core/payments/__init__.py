"""Payments."""

from __future__ import annotations

import duckdb

from hsqbo_pipeline.core.decisions import Situation, Verdict


def plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Verdict]:
    """The verdict on every due payment."""
    return []
