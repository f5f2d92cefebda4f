"""Exports: the view's columns and filters, four formats, and no text that a spreadsheet calculates."""

from __future__ import annotations

import csv
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.reports.export import FORMATS, Choice, export
from hsqbo_pipeline.reports.failures import write_failures
from hsqbo_pipeline.reports.spreadsheets import defused, fused
from hsqbo_pipeline_tests.reports.published_company import HOSTILE, SCRIPT, company, state

GOLDEN = Path(__file__).parent / "golden"
MONEY = (
    "entity",
    "label",
    "state",
    "code",
    "amount",
    "currency",
    "business_day",
    "hubspot_id",
    "quickbooks_id",
    "since_at",
)


@pytest.mark.rule("A79", "A88", "A89", "A90")
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_is_what_it_was(published: Path, tmp_path: Path, kind: str) -> None:
    """Chosen columns in their order, filtered rows in the view's order, byte for byte."""
    path, written = export(published, Choice(columns=MONEY, entity="invoice"), kind, tmp_path / f"invoices.{kind}")
    assert written == 3
    assert path.read_text(encoding="utf-8") == (GOLDEN / f"invoices.{kind}").read_text(encoding="utf-8")


@pytest.mark.rule("A85", "A90")
def test_all_formats_hold_the_same_records(published: Path, tmp_path: Path) -> None:
    """csv, xlsx, parquet and json of one choice agree, cell by cell, but for the apostrophe before what looks like a formula."""
    choice = Choice(columns=("record_key", "label", "sentence"), state="failing")
    paths = {kind: export(published, choice, kind, tmp_path / f"x.{kind}")[0] for kind in FORMATS}
    plain = [list(row.values()) for row in json.loads(paths["json"].read_text(encoding="utf-8"))]
    assert [list(row.values()) for row in pq.read_table(paths["parquet"]).to_pylist()] == plain
    with paths["csv"].open(encoding="utf-8-sig", newline="") as stream:
        assert [[fused(cell) for cell in row] for row in csv.reader(stream)][1:] == plain
    sheet = python_calamine.CalamineWorkbook.from_path(str(paths["xlsx"])).get_sheet_by_index(0).to_python()
    assert [[fused(str(cell)) for cell in row] for row in sheet][1:] == plain


def test_money_stays_exact(published: Path, tmp_path: Path) -> None:
    """Amounts are decimals in parquet and text in json."""
    choice = Choice(columns=("amount",), code="INV_REMOTE_LINES_CHANGED")
    table = pq.read_table(export(published, choice, "parquet", tmp_path / "a.parquet")[0])
    assert table.to_pylist() == [{"amount": Decimal("20.20")}]
    assert json.loads(export(published, choice, "json", tmp_path / "a.json")[0].read_text()) == [{"amount": "20.20"}]


def test_an_amount_below_zero_stays_a_number(tmp_path: Path) -> None:
    """A minus before an amount is no formula."""
    data = company(tmp_path, record_states=[state("payment:1:1", "PAY_UNAPPLIED", "-1", amount=Decimal("-5.10"))])
    told = export(data, Choice(columns=("label", "amount")), "csv", tmp_path / "x.csv")[0].read_text(
        encoding="utf-8-sig"
    )
    assert told.splitlines()[1] == "'-1,-5.10"


def test_no_cell_of_a_sheet_is_a_formula(published: Path, tmp_path: Path) -> None:
    """An xlsx of hostile names has neither formulas nor links in it."""
    path, _ = export(published, Choice(), "xlsx", tmp_path / "all.xlsx")
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet.lower().replace("=hyperlink(", "").replace("'=hyperlink", "")


def test_no_cell_of_a_csv_is_a_formula(published: Path, tmp_path: Path) -> None:
    """No cell of the export or the failure report begins with a sign that makes a spreadsheet calculate."""
    for path in (export(published, Choice(), "csv", tmp_path / "all.csv")[0], write_failures(published)):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
        assert any(SCRIPT in cell for cell in cells)


@given(st.text())
def test_defusing_loses_nothing(text: str) -> None:
    """What was defused can be read back, and never begins with a dangerous sign."""
    safe = defused(text)
    assert safe.lstrip()[:1] not in set("=+-@")
    assert fused(safe) == text or text.startswith("'")


@pytest.mark.rule("A82")
def test_the_failure_report_lists_open_rows_and_marks_new_ones(published: Path) -> None:
    """Failing, waiting and warned rows are there with category, code, reason and fix; excluded and healthy ones are not."""
    with write_failures(published).open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["record_key"]: row for row in csv.DictReader(stream)}
    assert len(rows) == 4 + len(HOSTILE)
    assert rows["customer:-:11"]["new"] == "new"
    assert rows["invoice:302:32"]["new"] == ""
    assert all(
        row["category"] and row["code"] and row["reason"] and row["fix"] and row["who_acts"] for row in rows.values()
    )


def test_masking_hides_people(published: Path, tmp_path: Path) -> None:
    """A masked export has no name, no address, nothing a person typed."""
    text = export(published, Choice(masked=True), "json", tmp_path / "m.json")[0].read_text(encoding="utf-8")
    for secret in ("Lovelace", "Bob Bee", "ada@example.com", "HYPERLINK", "DROP TABLE"):
        assert secret not in text


def test_mistakes_are_told(published: Path, tmp_path: Path) -> None:
    """Unknown columns and formats are refused with what there is, and leave no file."""
    with pytest.raises(ConfigurationError, match="no column nonsense"):
        Choice(columns=("nonsense",))
    with pytest.raises(ConfigurationError, match="no format doc"):
        export(published, Choice(), "doc", tmp_path / "x.doc")
    assert list(tmp_path.iterdir()) == []
