"""Planning master records: once, and once more as pairs where a rule finds that two of them are one."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.match import join
from hsqbo_pipeline.core.near import suggestions, with_suggestions
from hsqbo_pipeline.model.names import Entity

# The verdicts, and the HubSpot records that get a partner by a rule: id -> QuickBooks id.
Once = Callable[[duckdb.DuckDBPyConnection, Situation], tuple[list[Verdict], dict[str, str]]]


def planned(
    con: duckdb.DuckDBPyConnection, situation: Situation, entity: Entity, once: Once, joined_by: str
) -> list[Verdict]:
    """The verdict on every due record or pair of an entity, near misses told. `joined_by` names the rule in the links."""
    verdicts, joined = once(con, situation)
    if joined:
        join(con, entity, joined, joined_by)
        verdicts, _none = once(con, situation)
    near = suggestions(con, entity)
    return [with_suggestions(verdict, near) for verdict in verdicts]
