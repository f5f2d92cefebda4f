"""The worklist: one row per question that only a person can answer, to be filled in a spreadsheet and handed back.

`write_worklist` makes it, `read_answers` takes it back. A row's words are offered as a list in its cell; whatever is not
one of them is refused with its line, before anything is decided.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports.candidates import Labels, labels
from hsqbo_pipeline.reports.conflicts import Difference, differences
from hsqbo_pipeline.reports.published import SQL, open_published
from hsqbo_pipeline.reports.spreadsheets import defused

if TYPE_CHECKING:
    import duckdb

FILE_NAME = "worklist.xlsx"
SHEET = "worklist"
COLUMNS = (
    "record_key", "object", "record", "question", "what_helps", "candidates", "field", "hubspot_says", "quickbooks_says", "since",
    "decided_already", "decision", "partner", "why", "until",
)  # fmt: skip
# Which words answer which question. Every one of them is a decision that `hsqbo decide` can keep.
_PAUSE = ("pause", "ack")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "ID_EMAIL_SHARED": ("link", "retry", *_PAUSE),
    "ID_AMBIGUOUS_MATCH": ("link", "retry", *_PAUSE),
    "ID_LINK_CLAIMED": ("retry", *_PAUSE),
    "ID_DUPLICATE_IN_BATCH": ("link", "retry", *_PAUSE),
    "ID_AMBIGUOUS_BILLING_CONTACT": ("retry", *_PAUSE),
    "ITM_SKU_DUPLICATE": ("link", "retry", *_PAUSE),
    "ITM_NAME_TAKEN": ("link", "retry", *_PAUSE),
    "CUS_DISPLAY_NAME_TAKEN": ("link", "retry", *_PAUSE),
    "INV_NUMBER_TAKEN": ("link", "retry", *_PAUSE),
    "PAY_DUPLICATE": ("link", "push", *_PAUSE),
    "CONF_HELD": ("hubspot", "quickbooks", *_PAUSE),
    "REC_DRIFT": ("hubspot", "quickbooks", *_PAUSE),
}
_OWNED = ("push", "adopt", "release", *_PAUSE)
_WIDTHS = {
    "question": 50,
    "what_helps": 40,
    "candidates": 40,
    "record": 26,
    "hubspot_says": 22,
    "quickbooks_says": 22,
    "why": 24,
}


def words_for(code: str) -> tuple[str, ...]:
    """The decisions that answer a code; empty for one that is no question."""
    return _OWNED if code.startswith("INV_REMOTE_") else _WORDS.get(code, ())


def questions(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """The rows of the worklist, keyed as in `COLUMNS`; the decision's cells are empty."""
    found = [row for row in SQL.rows(con, "questions") if words_for(row["code"])]
    told: dict[tuple[str, str], list[Difference]] = {}
    for each in differences(con):
        told.setdefault((each.record_key, each.code), []).append(each)
    named = labels(
        con, [each for row in found for each in json.loads(row["candidates"] or "[]")], {row["entity"] for row in found}
    )
    return [_question(row, told.get((row["record_key"], row["code"]), ()), named) for row in found]


def write_worklist(data: Path, output: Path | None = None) -> tuple[Path, int]:
    """Write `data/reports/worklist.xlsx` (or `output`); its path and how many questions there are."""
    with open_published(data) as con:
        found = questions(con)
    path = output or data / "reports" / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    _write(part, found)
    part.replace(path)
    return path, len(found)


def _question(row: Row, told: Sequence[Difference], named: Labels) -> Row:
    candidates = [named.of(row["entity"], each) for each in json.loads(row["candidates"] or "[]")]
    decided = f"{row['verb']} by {row['who']} on {row['at_time']:%Y-%m-%d}" if row["verb"] else ""
    return {
        "record_key": row["record_key"],
        "object": row["entity"],
        "record": row["label"],
        "question": row["sentence"],
        "what_helps": row["fix"],
        "candidates": "; ".join(candidates),
        "field": ", ".join(each.field for each in told),
        "hubspot_says": _values(told, "hubspot"),
        "quickbooks_says": _values(told, "quickbooks"),
        "since": f"{row['since_at']:%Y-%m-%d}",
        "decided_already": decided,
        "decision": "",
        "partner": "",
        "why": "",
        "until": "",
        "code": row["code"],
    }


def _values(told: Sequence[Difference], side: str) -> str:
    """What a side says; of several fields each by its name."""
    found = [(each.field, getattr(each, side) or "") for each in told]
    return found[0][1] if len(found) == 1 else "; ".join(f"{name}: {value}" for name, value in found)


def _write(path: Path, found: list[Row]) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(SHEET)
        _head(book, sheet)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        empty = book.add_format(
            {"bg_color": "#FFF7E0", "border": 1, "border_color": "#E0D6B8", "valign": "top", "num_format": "@"}
        )
        for line, row in enumerate(found, 1):
            for at, name in enumerate(COLUMNS):
                cell = empty if at >= COLUMNS.index("decision") else wrapped
                sheet.write_string(line, at, defused(row[name] or ""), cell)
            _offer(sheet, line, words_for(row["code"]))
        sheet.autofilter(0, 0, max(len(found), 1), len(COLUMNS) - 1)
        _explain(book)


def _head(book: Any, sheet: Any) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 3)
    for at, name in enumerate(COLUMNS):
        sheet.set_column(at, at, _WIDTHS.get(name, 15), None, {"hidden": True} if name == "record_key" else None)
        sheet.write_string(0, at, name, bold)


def _offer(sheet: Any, line: int, words: tuple[str, ...]) -> None:
    sheet.data_validation(
        line,
        COLUMNS.index("decision"),
        line,
        COLUMNS.index("decision"),
        {
            "validate": "list",
            "source": list(words),
            "error_title": "Not one of the answers",
            "error_message": f"Choose one of: {', '.join(words)}.",
        },
    )


_MEANINGS = (
    ("link", "The record belongs to the one whose id you write under 'partner'."),
    ("hubspot / quickbooks", "That side's value stands on both sides."),
    ("push", "Send it over as it stands here, although it looks changed or doubled there."),
    ("adopt", "What stands in QuickBooks is right; take it as it is."),
    ("release", "From now on the invoice belongs to QuickBooks."),
    ("retry", "Look once more; the cause was removed."),
    ("pause", "Leave it out. Say why; a day under 'until' ends the pause."),
    ("ack", "It is known: no alerts until the day under 'until'. Say why."),
)


def _explain(book: Any) -> None:
    sheet = book.add_worksheet("answers")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for line, (word, meaning) in enumerate(_MEANINGS):
        sheet.write_string(line, 0, word)
        sheet.write_string(line, 1, meaning)
    sheet.write_string(len(_MEANINGS) + 1, 0, "Fill in the yellow cells, save, and run: hsqbo decide worklist.xlsx")
