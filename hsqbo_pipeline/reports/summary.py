"""The morning message as text and markdown, and a plan's operations: for alerts, mails and Dagster's pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.reports.glance import Line, glance
from hsqbo_pipeline.reports.markdown import plain, sentence, table
from hsqbo_pipeline.reports.words import KINDS, OUTCOMES, brief, change, money, straight

if TYPE_CHECKING:
    import duckdb

_SHOWN = 100


@dataclass(frozen=True)
class Message:
    """A title and the five lines. `names` are the new records a person may want to read of."""

    title: str
    lines: tuple[Line, ...]
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Five plain lines, then the names."""
        told = [f"{line.name}: {line.figure} - {line.text}".replace("`", "") for line in self.lines]
        return straight("\n".join([*told, *(f"  new: {name}" for name in self.names)]))

    @property
    def markdown(self) -> str:
        """The same as a list."""
        told = [f"- **{line.name}:** {plain(line.figure)} – {sentence(line.text)}" for line in self.lines]
        return "\n".join([*told, *(f"    - {plain(name)}" for name in self.names)])


def message(con: duckdb.DuckDBPyConnection, run: Row, names: tuple[str, ...] = ()) -> Message:
    """The five lines of a run."""
    seen = glance(con, run)
    kind = KINDS.get(run["kind"], run["kind"])
    return Message(f"{kind} {run['number']}: {OUTCOMES.get(run['exit_code'], 'ended')}", seen.lines, names)


def summary_markdown(con: duckdb.DuckDBPyConnection, run: Row) -> str:
    """The five lines as markdown, red reasons before them."""
    problems = json.loads(run["counts"] or "{}").get("problems", [])
    red = "".join(f"> **red:** {plain(each)}\n" for each in problems)
    return f"{red}{chr(10) if red else ''}{message(con, run).markdown}"


def operations_markdown(con: duckdb.DuckDBPyConnection, plan_hash: str) -> str:
    """A table of a plan's operations with every field's change (the first 100); '' for a plan without any."""
    query = "SELECT * FROM operations WHERE plan_hash = $hash ORDER BY position"
    operations = rows(con, query, {"hash": plan_hash})
    if not operations:
        return ""
    heads = ("object", "to", "action", "record", "changes", "amount")
    shown = table(heads, ([plain(cell, 2000) for cell in _cells(each)] for each in operations[:_SHOWN]))
    left = len(operations) - _SHOWN
    return f"{shown}\n\n… and {left:,} more: `hsqbo plan show {plan_hash[:12]}`" if left > 0 else shown


def _cells(operation: Row) -> list[str]:
    changes = json.loads(operation["changes"])
    told = "; ".join(change(each["field"], each["before"], each["after"]) for each in changes[:8])
    more = f"; {len(changes) - 8} more" if len(changes) > 8 else ""
    return [
        operation["entity"],
        "HubSpot" if operation["system"] == "hubspot" else "QuickBooks",
        operation["action"],
        brief(operation["label"] or operation["source_id"], 80),
        told + more,
        money(operation["amount"], operation["currency"]),
    ]
