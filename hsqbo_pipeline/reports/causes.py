"""Open records grouped by reason: how many, since when, who can act, how much money, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.codes import CODES, render
from hsqbo_pipeline.reports.published import SQL

if TYPE_CHECKING:
    import duckdb

# How the groups are shown: what needs somebody, what solves itself, what to look at, what the rules keep out.
GROUPS = (
    ("act", "Needs somebody", ("FAILING", "BLOCKED")),
    ("wait", "Waits for something else", ("WAITING",)),
    ("look", "In step, but look at it", ("IN_SYNC",)),
    ("out", "Left out by the rules", ("EXCLUDED",)),
)

# One word alone would not say what it is about.
_ABOUT = {
    "PAY": "payment",
    "CUR": "currency",
    "CONF": "conflict",
    "PER": "period",
    "VAL": "value",
    "INV": "invoice",
    "REC": "unnoticed",
}
_SPELLED = {"SKU": "SKU", "EMAIL": "e-mail", "QBO": "QuickBooks", "HS": "HubSpot", "ID": "id"}


@dataclass
class Cause:
    """All records of one code in one state. `amounts` adds up within a currency, never across."""

    code: str
    state: str
    owner: str
    category: str
    sentence: str
    fix: str
    objects: list[str]
    since: datetime
    instance: bool = False  # the sentence is one record's, others say theirs
    records: int = 0
    new: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The code in words."""
        return in_words(self.code)


def in_words(code: str) -> str:
    """A code as a title: `e-mail shared`, `payment duplicate`."""
    first, *words = code.split("_")
    told = [_SPELLED.get(word, word.lower()) for word in words]
    return " ".join([*([_ABOUT[first]] if len(told) == 1 and first in _ABOUT else []), *told]) or code


def causes(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Cause]:
    """Every reason that is there, those with most records first. The sentence is the records' own, or one of them."""
    found: dict[tuple[str, str], Cause] = {}
    for row in SQL.rows(con, "causes", run_id=run_id):
        cause = found.setdefault((row["code"], row["state"]), _cause(row))
        _add(cause, row)
    return sorted(found.values(), key=lambda each: (-each.records, each.code))


def grouped(all_causes: Iterable[Cause]) -> list[tuple[str, str, list[Cause]]]:
    """(name, heading, causes) in the order of `GROUPS`, empty groups left out."""
    listed = list(all_causes)
    groups = [(name, title, [each for each in listed if each.state in states]) for name, title, states in GROUPS]
    return [group for group in groups if group[2]]


def _cause(row: Row) -> Cause:
    entry = CODES.get(row["code"])
    text = render(row["code"])
    return Cause(
        code=row["code"],
        state=row["state"],
        owner=row["owner"] or (entry.owner.value if entry else "admin"),
        category=entry.category.value if entry else "operation",
        sentence=row["sentence"],
        fix=row["fix"] or text.fix,
        instance=not row["same"],
        objects=[],
        since=row["since"],
    )


def _add(cause: Cause, row: Row) -> None:
    if cause.records and row["sentence"] != cause.sentence:
        cause.instance = True
    if cause.records and row["fix"] != cause.fix:
        cause.fix = render(cause.code).fix
    cause.records += row["records"]
    cause.new += row["new"]
    cause.since = min(cause.since, row["since"])
    cause.objects = sorted({*cause.objects, *row["objects"]})
    if row["amount"] is not None and row["currency"]:
        cause.amounts[row["currency"]] = cause.amounts.get(row["currency"], Decimal(0)) + row["amount"]
