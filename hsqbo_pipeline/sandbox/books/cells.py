"""One CSV file of a book, row by row: each cell read as what it has to be, each mistake told with its place."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path


class BookError(ValueError):
    """A book that cannot be read. Says which file, which line (1 is the heading), which field and which value."""

    def __init__(self, file: str, said: str, *, line: int | None = None, field: str = "", value: str = "") -> None:
        place = f"{file}, line {line}" if line is not None else file
        shown = f", {field} = {value[:80]!r}" if field else ""
        super().__init__(f"{place}{shown}: {said}")
        self.file, self.line, self.field, self.value = file, line, field, value


@dataclass(frozen=True, slots=True)
class Row:
    """One row and where it stands."""

    file: str
    line: int
    cells: dict[str, str]

    def wrong(self, field: str, said: str) -> BookError:
        """The error that names this cell."""
        return BookError(self.file, said, line=self.line, field=field, value=self.cells.get(field, ""))

    def text(self, field: str) -> str:
        """A text without outer blanks, "" for an empty cell."""
        return self.cells[field].strip()

    def needed(self, field: str) -> str:
        """A text that must be there. Raises BookError."""
        found = self.text(field)
        if not found:
            raise self.wrong(field, "must not be empty")
        return found

    def number(self, field: str, default: Decimal | None = None) -> Decimal:
        """A decimal number; an empty cell is the default, if there is one. Raises BookError."""
        text = self.text(field)
        if not text and default is not None:
            return default
        try:
            found = Decimal(text)
        except InvalidOperation:
            raise self.wrong(field, "must be a number with a decimal point") from None
        if not found.is_finite():
            raise self.wrong(field, "must be a number with a decimal point")
        return found

    def whole(self, field: str) -> int:
        """A whole number from 1. Raises BookError."""
        text = self.text(field)
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            raise self.wrong(field, "must be a whole number from 1")
        return int(text)

    def day(self, field: str) -> date:
        """An ISO date. Raises BookError."""
        try:
            return date.fromisoformat(self.text(field))
        except ValueError:
            raise self.wrong(field, "must be a date such as 2026-11-24") from None


def rows(folder: Path, file: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a file that must have these columns. Raises BookError."""
    path = folder / file
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _rows(file, csv.reader(stream, strict=True), columns)
    except FileNotFoundError:
        raise BookError(
            file, f"is missing in {folder}; a book has customers, products, invoices, lines and payments"
        ) from None
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise BookError(file, f"cannot be read as CSV in UTF-8: {error}") from None


def _rows(file: str, reader: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[Row]:
    heading = next(reader, [])
    for column in columns:
        if column not in heading:
            raise BookError(file, f"the column {column} is missing; found {', '.join(heading) or 'nothing'}", line=1)
    for cells in reader:
        line = getattr(reader, "line_num", 0)
        if not cells:
            continue
        if len(cells) != len(heading):
            raise BookError(file, f"has {len(cells)} cells, the heading has {len(heading)}", line=line)
        yield Row(file, line, dict(zip(heading, cells, strict=True)))
