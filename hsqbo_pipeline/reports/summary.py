"""The morning message and a plan, as text, markdown and HTML: for alerts, mails and the Dagster page of a run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.reports.glance import Line, glance
from hsqbo_pipeline.reports.words import KINDS, OUTCOMES, money, plural, straight

if TYPE_CHECKING:
    import duckdb

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~!&])")
_SHOWN = 200


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
        told = [f"- **{line.name}:** {plain(line.figure)} – {_with_commands(line.text)}" for line in self.lines]
        return "\n".join([*told, *(f"    - {plain(name)}" for name in self.names)])

    @property
    def html(self) -> str:
        """The same for a mail."""
        told = [
            f"<li><b>{escape(line.name)}:</b> {escape(line.figure)} – {escape(line.text)}</li>" for line in self.lines
        ]
        names = "".join(f"<li>{escape(name)}</li>" for name in self.names)
        return f"<ul>{''.join(told)}</ul>{f'<p>New:</p><ul>{names}</ul>' if names else ''}"


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


def plan_markdown(con: duckdb.DuckDBPyConnection, plan_hash: str) -> str:
    """A plan: why it waits, its totals, and a table of its operations (the first 200).

    Raises ConfigurationError for a plan that is not known.
    """
    plan, operations = _plan(con, plan_hash)
    head = [f"**Plan {plan['hash'][:12]}** is {plan['status']}: {plural(len(operations), 'change')}."]
    head += [f"- waits: {each}" for each in _waits(plan)]
    table = ["", "| object | to | action | record | changes | amount |", "|---|---|---|---|---|---:|"]
    table += ["| " + " | ".join(plain(cell) for cell in _cells(each)) + " |" for each in operations[:_SHOWN]]
    if len(operations) > _SHOWN:
        table.append(f"\n… and {len(operations) - _SHOWN:,} more: `hsqbo plan show {plan['hash'][:12]}`")
    return "\n".join(head + (table if operations else []))


def plan_html(con: duckdb.DuckDBPyConnection, plan_hash: str) -> str:
    """The same as HTML. Raises ConfigurationError for a plan that is not known."""
    plan, operations = _plan(con, plan_hash)
    waits = "".join(f"<li>{escape(each)}</li>" for each in _waits(plan))
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(each)) + "</tr>" for each in operations[:_SHOWN]
    )
    heads = "".join(f"<th>{name}</th>" for name in ("object", "to", "action", "record", "changes", "amount"))
    more = f"<p>… and {len(operations) - _SHOWN:,} more.</p>" if len(operations) > _SHOWN else ""
    return (
        f"<p><b>Plan {escape(plan['hash'][:12])}</b> is {escape(plan['status'])}: {plural(len(operations), 'change')}.</p>"
        f"<ul>{waits}</ul><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}"
    )


def plain(text: str) -> str:
    """Text from a record inside markdown: shown as it is, never as a sign of markdown or HTML."""
    return _MARKDOWN.sub(r"\\\1", straight(" ".join(text.split())))


def _with_commands(text: str) -> str:
    """Our own sentences keep their `commands`."""
    return "`".join(part if at % 2 else plain(part) for at, part in enumerate(text.split("`")))


def _plan(con: duckdb.DuckDBPyConnection, plan_hash: str) -> tuple[Row, list[Row]]:
    found = rows(
        con, "SELECT * FROM plans WHERE starts_with(hash, $hash) ORDER BY created_at DESC LIMIT 1", {"hash": plan_hash}
    )
    if not found:
        raise ConfigurationError(f"There is no plan {plan_hash}.", field="plan", value=plan_hash)
    query = "SELECT * FROM operations WHERE plan_hash = $hash ORDER BY position"
    return found[0], rows(con, query, {"hash": found[0]["hash"]})


def _waits(plan: Row) -> list[str]:
    return [f"{each['count']} {each['what']} (limit {each['limit']})" for each in json.loads(plan["reasons"] or "[]")]


def _cells(operation: Row) -> list[str]:
    changes = json.loads(operation["changes"])
    told = "; ".join(
        f"{each['field']}: {each['before'] or '(blank)'} → {each['after'] or '(blank)'}" for each in changes[:8]
    )
    more = f"; {len(changes) - 8} more" if len(changes) > 8 else ""
    return [
        operation["entity"],
        "HubSpot" if operation["system"] == "hubspot" else "QuickBooks",
        operation["action"],
        operation["label"] or operation["source_id"],
        told + more,
        money(operation["amount"], operation["currency"]),
    ]
