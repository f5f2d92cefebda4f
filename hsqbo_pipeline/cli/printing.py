"""What the terminal shows: tables for people, plain lines where there is no terminal, JSON for machines."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from hsqbo_pipeline.reports.words import left_alone, straight
from hsqbo_pipeline.runs.ending import Ended


class Terminal(Console):
    """A console on which no name from a record steers the terminal: escape codes and signs that turn text are left out."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Whatever is printed as text, a table's cells too, comes through here."""
        return super().render_str(straight(text), **how)


# A table that is piped into a file or a mail is not squeezed into the eighty columns of no terminal.
out = Terminal(soft_wrap=False, highlight=False, width=None if sys.stdout.isatty() else 160)
err = Terminal(stderr=True, soft_wrap=True, highlight=False)


def problem(text: str) -> None:
    """An error, on standard error, as it is: what comes from a record or a file is never read as markup."""
    err.print(f"[bold red]hsqbo:[/] {escape(text)}")


def say(text: str) -> None:
    """A line of progress, on standard error so that output stays clean."""
    err.print(escape(text))


def table(title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """A table with a column per key; numbers to the right."""
    made = Table(title=title, title_justify="left", header_style="bold")
    listed = list(rows)
    for column in columns:
        numeric = bool(listed) and all(isinstance(row.get(column), int) for row in listed)
        made.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        made.add_row(*(escape("" if row.get(column) is None else str(row[column])) for column in columns))
    out.print(made)


_SUMMARY = (
    "object",
    "direction",
    "read",
    "matched",
    "created",
    "updated",
    "linked",
    "unchanged",
    "excluded",
    "failing",
    "waiting",
)
_WAYS = {"quickbooks_to_hubspot": "QuickBooks → HubSpot", "hubspot_to_quickbooks": "HubSpot → QuickBooks"}


def summary(ended: Ended) -> None:
    """What a run came to, in one table and a few lines."""
    shown = [row for row in ended.objects if any(row[name] for name in _SUMMARY[2:])]
    rows = [{**row, "direction": _WAYS.get(row["direction"], row["direction"])} for row in shown]
    table(f"Run {ended.number}", _SUMMARY, rows)
    for sentence in ended.told:
        out.print(escape(sentence))
    written = sum(row["created"] + row["updated"] + row["linked"] for row in ended.objects)
    if ended.waiting:
        out.print(
            f"Plan {ended.plan_hash} waits for approval: `hsqbo plan show`, then `hsqbo sync --approve {(ended.plan_hash or '')[:12]}`."
        )
    elif written == 0:
        out.print("Nothing was created and nothing was updated, on either side.")
    if ended.before_start:
        out.print(left_alone(ended.before_start))
    for sentence in ended.problems:
        out.print(f"[bold red]red:[/] {escape(sentence)}")
    if ended.report:
        out.print(f"Report: {escape(ended.report)}")


def is_terminal() -> bool:
    """Whether a person is watching."""
    return sys.stderr.isatty()
