"""Invoices with their lines: what each due invoice needs on either side, or why it must not be touched."""

from __future__ import annotations

import duckdb

from hsqbo_pipeline.core.candidates import paused, rivalry
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices import mirror
from hsqbo_pipeline.core.invoices.cases import Case, read_cases
from hsqbo_pipeline.core.invoices.parents import Parents, read_parents
from hsqbo_pipeline.model.names import System


def plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Verdict]:
    """The verdict on every due invoice or pair, oldest first. Customers and products of this run are decided before."""
    parents = read_parents(con, situation)
    return [decide(case, parents, situation) for case in read_cases(con)]


def decide(case: Case, parents: Parents, situation: Situation) -> Verdict:
    """The verdict on one invoice or pair."""
    verdict = _aside(case, situation)
    if verdict is not None:
        return verdict
    if case.pair.kind in ("linked", "matched"):
        return mirror.update(case, parents, situation)
    return mirror.create(case, parents, situation)


def _aside(case: Case, situation: Situation) -> Verdict | None:
    """Switched off, put aside by a person, or of several possible partners."""
    if not situation.rules.invoices.targets:
        return case.verdict("FLT_OBJECT_OFF", slots={"object": "invoices"})
    return paused(case.pair, situation) or rivalry(case.pair, "ID_AMBIGUOUS_MATCH", {"number": case.label})


__all__ = ["System", "decide", "plan"]
