"""The filled-in worklist read back: each answer checked, and every mistake told with its line before anything is decided."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.errors import ConfigurationError, Problem
from hsqbo_pipeline.reports.published import SQL, open_published
from hsqbo_pipeline.reports.spreadsheets import fused
from hsqbo_pipeline.reports.worklist import SHEET, words_for

if TYPE_CHECKING:
    from hsqbo_pipeline.model.names import System

_NEEDED = ("record_key", "decision")


@dataclass(frozen=True)
class Answer:
    """One answered question. `line` is its row in the sheet, counted as the spreadsheet counts."""

    line: int
    record_key: str
    entity: str
    hubspot_id: str | None
    quickbooks_id: str | None
    decision: str
    partner: str | None
    why: str | None
    until: date | None

    def id_on(self, system: System) -> str | None:
        """The record's id on a side."""
        return self.hubspot_id if system.value == "hubspot" else self.quickbooks_id


def read_answers(data: Path, file: Path) -> list[Answer]:
    """The rows with a decision, of an xlsx or csv file.

    Raises ConfigurationError naming every row that is wrong: no such record any more, a word that does not answer this
    question, a link without partner, a pause without reason, an acknowledgement without reason or day.
    """
    lines = _lines(file)
    with open_published(data) as con:
        states = {row["record_key"]: row for row in SQL.rows(con, "answerable")}
    problems: list[Problem] = []
    found = [
        answer
        for line, cells in lines
        if _text(cells.get("decision")) and (answer := _answer(line, cells, states, file, problems)) is not None
    ]
    if problems:
        raise ConfigurationError.of(problems)
    return found


def _lines(file: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        table = _csv(file) if file.suffix.lower() == ".csv" else _xlsx(file)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror or error}.", file=str(file)) from error
    head = [str(cell).strip() for cell in table[0]] if table else []
    missing = [name for name in _NEEDED if name not in head]
    if missing:
        raise ConfigurationError(f"{file} is no worklist: it has no column {', '.join(missing)}.", file=str(file))
    return [(line, dict(zip(head, cells, strict=False))) for line, cells in enumerate(table[1:], 2)]


def _csv(file: Path) -> list[list[Any]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def _xlsx(file: Path) -> list[list[Any]]:
    import python_calamine

    if not file.is_file():
        raise FileNotFoundError(2, "there is no such file", str(file))
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(file))
        sheet = book.get_sheet_by_name(SHEET if SHEET in book.sheet_names else book.sheet_names[0])
        cells: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError) as error:
        raise ConfigurationError(f"{file} is no xlsx file.", file=str(file)) from error
    return cells


def _answer(
    line: int, cells: Mapping[str, Any], states: Mapping[str, Row], file: Path, problems: list[Problem]
) -> Answer | None:
    key, word = fused(_text(cells.get("record_key"))), _text(cells.get("decision")).lower()
    state = states.get(key)
    if state is None:
        problems.append(
            Problem("this record is not open any more; make a new worklist", str(file), line, "record_key", key)
        )
        return None
    until, wrong = _day(cells.get("until"))
    answer = Answer(
        line,
        key,
        state["entity"],
        state["hubspot_id"],
        state["quickbooks_id"],
        word,
        fused(_text(cells.get("partner"))) or None,
        fused(_text(cells.get("why"))) or None,
        until,
    )
    said = wrong or _mistake(answer, words_for(state["code"]))
    if said:
        problems.append(Problem(said[1], str(file), line, said[0], _text(cells.get(said[0])) or None))
        return None
    return answer


def _mistake(answer: Answer, words: tuple[str, ...]) -> tuple[str, str] | None:
    if answer.decision not in words:
        return (
            "decision",
            f"choose one of {', '.join(words)}" if words else "this is no question any more; make a new worklist",
        )
    if answer.decision == "link" and answer.partner is None:
        return "partner", "write the id of the record it belongs to"
    if answer.decision == "link" and answer.hubspot_id and answer.quickbooks_id:
        return "decision", "both sides are linked already"
    if answer.decision in ("pause", "ack") and answer.why is None:
        return "why", "say why"
    if answer.decision == "ack" and answer.until is None:
        return "until", "say until which day"
    return None


def _text(value: Any) -> str:
    """A cell as text; a spreadsheet may have made a number of an id."""
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).strip()


def _day(value: Any) -> tuple[date | None, tuple[str, str] | None]:
    if isinstance(value, datetime):
        return value.date(), None
    if isinstance(value, date):
        return value, None
    text = _text(value)
    try:
        return (date.fromisoformat(text) if text else None), None
    except ValueError:
        return None, ("until", "write the day as 2026-12-31")
