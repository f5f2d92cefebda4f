"""Answers that were meant for one occasion: they end with it, so that the next conflict or refusal asks a person again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.tables import Row, Statements, insert
from hsqbo_pipeline.model.codes import State
from hsqbo_pipeline.runs.outcomes import Outcome

SQL = Statements(Path(__file__).parent / "sql")
_TRIED = ("done", "refused")
_RESTING = (State.IN_SYNC, State.EXCLUDED)


def spend(con: duckdb.DuckDBPyConnection, ends: Iterable[tuple[Row, Outcome]]) -> None:
    """Take back decisions that did their work: `winner`, `push` and `adopt` once settled, `retry` (without a day) once tried.

    Whoever pushed or adopted one edit is asked again about the next one.
    """
    spent = []
    for verdict, end in ends:
        tried = any(operation["status"] in _TRIED for operation in verdict["operations"])
        verbs = ["winner"] if end.settled and end.code != "CONF_HELD" else []
        verbs += ["push", "adopt"] if end.settled and end.state is State.IN_SYNC else []
        verbs += ["retry"] if tried or end.state in _RESTING else []
        for side in ("hubspot", "quickbooks"):
            if verdict[f"{side}_id"]:
                about = {"entity": verdict["entity"], "system": side, "id": verdict[f"{side}_id"]}
                spent += [{**about, "verb": verb} for verb in verbs]
    con.execute("CREATE OR REPLACE TEMP TABLE spent AS SELECT entity, system, id, verb FROM decisions LIMIT 0")
    insert(con, "spent", spent)
    SQL.run(con, "spend_decisions")
