"""The record view as a file: csv, xlsx, parquet or json, with the columns and filters a person chose.

Rows are read and written a few thousand at a time. Text that a spreadsheet would calculate is defused in csv and xlsx;
json and parquet are for programs and carry it as it is. Amounts are decimals in parquet, text in json.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row, statement
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.reports.masking import masked as without_people
from hsqbo_pipeline.reports.published import COLUMNS, SQL, last_run, open_published
from hsqbo_pipeline.reports.spreadsheets import defused

if TYPE_CHECKING:
    import duckdb

FORMATS = ("csv", "xlsx", "parquet", "json")
DEFAULT_COLUMNS = COLUMNS[:18]
_CHUNK = 5_000
_XLSX_ROWS = 1_048_575  # Excel's own limit, less the heading


@dataclass(frozen=True)
class Choice:
    """Which records and which of their columns. Empty filters let everything through."""

    columns: Sequence[str] = DEFAULT_COLUMNS
    state: str | None = None
    code: str | None = None
    entity: str | None = None
    since: datetime | None = None
    direction: str | None = None
    masked: bool = False

    def __post_init__(self) -> None:
        """Raises ConfigurationError for a column that is none."""
        unknown = [name for name in self.columns if name not in COLUMNS]
        if unknown or not self.columns:
            said = f"There is no column {', '.join(unknown)}." if unknown else "No column was chosen."
            raise ConfigurationError(f"{said} There are: {', '.join(COLUMNS)}.", field="--columns")


def export(data: Path, choice: Choice, kind: str, output: Path | None = None) -> tuple[Path, int]:
    """Write the file (temporary file and rename); its path and how many records are in it.

    Without `output` it goes to `data/reports/records-<run>.<kind>`. Raises ConfigurationError for an unknown kind, before
    the first run, and for more rows than an xlsx sheet can hold.
    """
    if kind not in FORMATS:
        raise ConfigurationError(
            f"There is no format {kind}. There are: {', '.join(FORMATS)}.", field="--format", value=kind
        )
    with open_published(data) as con:
        run = last_run(con)
        path = output or data / "reports" / f"records-{run['number'] if run else 0}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        try:
            written = _WRITERS[kind](part, choice, chosen(con, choice))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return path, written


def chosen(con: duckdb.DuckDBPyConnection, choice: Choice) -> Iterator[Row]:
    """The records of a choice in the view's order, each with the chosen columns alone."""
    cursor = con.cursor().execute(
        statement(SQL.folder, "records"),
        {
            "state": choice.state.upper().replace(" ", "_") if choice.state else None,
            "code": choice.code.upper() if choice.code else None,
            "entity": choice.entity,
            "since": choice.since,
            "direction": choice.direction,
            "limit": 2**62,
            "offset": 0,
        },
    )
    names = [column[0] for column in cursor.description or ()]
    while rows := cursor.fetchmany(_CHUNK):
        for values in rows:
            row = dict(zip(names, values, strict=True))
            shown = without_people(row) if choice.masked else row
            yield {name: shown[name] for name in choice.columns}


def _csv(path: Path, choice: Choice, rows: Iterator[Row]) -> int:
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(choice.columns)
        for row in rows:
            writer.writerow([_text(defused(value)) for value in row.values()])
            written += 1
    return written


def _json(path: Path, _choice: Choice, rows: Iterator[Row]) -> int:
    written = 0
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for written, row in enumerate(rows, 1):
            plain = {name: _parsed(name, value) for name, value in row.items()}
            stream.write(f"{',' if written > 1 else ''}\n{json.dumps(plain, ensure_ascii=False)}")
        stream.write("\n]\n")
    return written


def _parquet(path: Path, choice: Choice, rows: Iterator[Row]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, _arrow(name)) for name in choice.columns])
    written = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for chunk in _chunks(rows):
            writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
            written += len(chunk)
    return written


def _xlsx(path: Path, choice: Choice, rows: Iterator[Row]) -> int:
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    written = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("records")
        head, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        sheet.freeze_panes(1, 0)
        for at, name in enumerate(choice.columns):
            sheet.set_column(at, at, 44 if name in ("sentence", "fix", "label") else 16)
            sheet.write_string(0, at, name, head)
        for written, row in enumerate(rows, 1):
            if written > _XLSX_ROWS:
                raise ConfigurationError(
                    "There are more records than a sheet can hold; choose csv or parquet.", field="--format"
                )
            for at, value in enumerate(row.values()):
                if isinstance(value, Decimal):
                    sheet.write_number(written, at, value, money)
                elif value is not None:
                    sheet.write_string(written, at, _text(defused(value)))
        sheet.autofilter(0, 0, max(written, 1), len(choice.columns) - 1)
    return written


_WRITERS: dict[str, Callable[[Path, Choice, Iterator[Row]], int]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "json": _json,
}


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    from itertools import islice

    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _parsed(name: str, value: Any) -> Any:
    if name in ("reasons", "candidates"):
        return json.loads(value or "[]")
    return _text(value) if isinstance(value, (datetime, date, Decimal)) else value


def _arrow(name: str) -> Any:
    import pyarrow as pa

    kinds = {
        "amount": pa.decimal128(18, 2),
        "business_day": pa.date32(),
        "since_at": pa.timestamp("us", "UTC"),
        "evaluated_at": pa.timestamp("us", "UTC"),
    }
    return kinds.get(name, pa.string())
