"""How the invoices of a run stand, as their payments see it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.codes import CODES, Class
from hsqbo_pipeline.model.names import System

SQL = Statements(Path(__file__).parents[1] / "sql")


@dataclass(frozen=True)
class Word:
    """What is said of one invoice. `coming`: this run makes its partner, or links it."""

    code: str
    klass: Class
    slots: Mapping[str, Any] = field(default_factory=dict)
    coming: bool = False

    @property
    def still(self) -> bool:
        """Whether the invoice stands still in both directions (N15)."""
        return self.code.startswith("INV_REMOTE_")


@dataclass(frozen=True)
class Outlook:
    """What is said of the invoices, by side and id."""

    words: Mapping[tuple[System, str], Word]

    def of(self, system: System, invoice: str) -> Word | None:
        """What is said of one invoice; None if nothing is, which is well for a linked one."""
        return self.words.get((system, invoice))


def outlook(con: duckdb.DuckDBPyConnection, situation: Situation, fresh: Iterable[Verdict] = ()) -> Outlook:
    """What this run decided about invoices: as kept in state, and as just decided."""
    words: dict[tuple[System, str], Word] = {}
    for row in SQL.rows(con, "payment_outlook", run_id=situation.run_id):
        slots = json.loads(row["slots"] or "{}")
        word = Word(row["code"], CODES[row["code"]].klass_of(slots), slots, bool(row["acted"]))
        _put(words, row["hubspot_id"], row["quickbooks_id"], word)
    for verdict in fresh:
        # A pair that was found is linked without any other work; a settled verdict is all there is to see of it by now.
        coming = bool(verdict.operations) or verdict.settle is not None
        word = Word(verdict.code, CODES[verdict.code].klass_of(verdict.slots), verdict.slots, coming)
        _put(words, verdict.hubspot_id, verdict.quickbooks_id, word)
    return Outlook(words)


def _put(words: dict[tuple[System, str], Word], hubspot_id: str | None, quickbooks_id: str | None, word: Word) -> None:
    if hubspot_id:
        words[System.HUBSPOT, hubspot_id] = word
    if quickbooks_id:
        words[System.QUICKBOOKS, quickbooks_id] = word
