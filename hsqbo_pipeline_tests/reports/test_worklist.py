"""The worklist: questions with candidates and both values out, checked answers back, decisions kept."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from typer.testing import CliRunner

from hsqbo_pipeline.cli import worklist as commands  # noqa: F401 - its commands join the app
from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.reports.answers import read_answers
from hsqbo_pipeline.reports.published import open_published
from hsqbo_pipeline.reports.worklist import COLUMNS, questions, words_for, write_worklist
from hsqbo_pipeline.store.warehouse import Warehouse
from hsqbo_pipeline_tests.reports.published_company import company


def filled(path: Path, *answers: dict[str, Any]) -> Path:
    """A worklist as somebody saved it."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("worklist")
        sheet.write_row(0, 0, COLUMNS)
        for line, answer in enumerate(answers, 1):
            for name, value in answer.items():
                write = sheet.write_datetime if isinstance(value, datetime) else sheet.write
                write(
                    line,
                    COLUMNS.index(name),
                    value,
                    *([book.add_format({"num_format": "yyyy-mm-dd"})] if isinstance(value, datetime) else []),
                )
    return path


@pytest.mark.rule("D32", "D33", "D58", "D89")
def test_each_question_has_what_a_person_needs(published: Path) -> None:
    """Candidates by name, both sides' values, the words that answer; rows that are no question are left out."""
    with open_published(published) as con:
        found = {row["record_key"]: row for row in questions(con)}
    assert set(found) == {"customer:102:2", "customer:-:11", "invoice:302:32"}
    assert found["customer:-:11"]["candidates"] == "QuickBooks 12: Name 12"
    assert (found["customer:102:2"]["hubspot_says"], found["customer:102:2"]["quickbooks_says"]) == ("555-1", "555-2")
    assert words_for("INV_REMOTE_TAX_ADDED")[:3] == ("push", "adopt", "release")


def test_the_sheet_offers_its_words_and_no_answer(published: Path, tmp_path: Path) -> None:
    """Decision cells are empty, and an untouched sheet holds no answer."""
    path, count = write_worklist(published, tmp_path / "w.xlsx")
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("worklist").to_python()
    assert tuple(sheet[0]) == COLUMNS
    assert len(sheet) == count + 1
    assert read_answers(published, path) == []


def test_answers_come_back_as_they_were_meant(published: Path, tmp_path: Path) -> None:
    """Ids that a spreadsheet made numbers of, days and words in capitals are understood."""
    path = filled(
        tmp_path / "w.xlsx",
        {"record_key": "customer:-:11", "decision": "Link", "partner": 102.0},
        {"record_key": "invoice:302:32", "decision": "ack", "why": "known", "until": datetime(2026, 12, 31)},  # noqa: DTZ001 - a day
    )
    first, second = read_answers(published, path)
    assert (first.decision, first.partner, first.quickbooks_id) == ("link", "102", "11")
    assert (second.decision, second.until, second.line) == ("ack", date(2026, 12, 31), 3)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"record_key": "customer:-:99", "decision": "link"}, "not open any more"),
        ({"record_key": "customer:-:11", "decision": "adopt"}, "choose one of link"),
        ({"record_key": "customer:-:11", "decision": "link"}, "id of the record"),
        ({"record_key": "customer:-:11", "decision": "pause"}, "say why"),
        ({"record_key": "customer:-:11", "decision": "ack", "why": "x"}, "until which day"),
        ({"record_key": "customer:-:11", "decision": "ack", "why": "x", "until": "soon"}, "as 2026-12-31"),
    ],
)
def test_mistakes_are_told_with_their_line(published: Path, tmp_path: Path, answer: dict[str, Any], said: str) -> None:
    """Each wrong answer is named with its line, and nothing is decided."""
    path = filled(tmp_path / "w.xlsx", {"record_key": "customer:102:2"}, answer)
    with pytest.raises(ConfigurationError, match=said) as caught:
        read_answers(published, path)
    assert caught.value.line == 3


def test_what_is_no_worklist_is_refused(published: Path, tmp_path: Path) -> None:
    """Missing files, other files and other tables are told, without a traceback."""
    (tmp_path / "x.xlsx").write_bytes(b"nonsense")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    for name in ("missing.xlsx", "x.xlsx", "x.csv"):
        with pytest.raises(ConfigurationError, match=name):
            read_answers(published, tmp_path / name)


def test_deciding_keeps_what_was_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hsqbo decide` keeps a winner and an adoption as decisions and makes their records due."""
    data = company(tmp_path / "data")
    monkeypatch.setenv("HSQBO_DATA", str(data))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "answers.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ("record_key", "decision"))
        writer.writeheader()
        writer.writerow({"record_key": "customer:102:2", "decision": "quickbooks"})
        writer.writerow({"record_key": "invoice:302:32", "decision": "adopt"})
    result = CliRunner().invoke(app, ["decide", str(path)], catch_exceptions=False)
    assert "1 adopt, 1 quickbooks" in result.output
    with Warehouse.open(data) as warehouse:
        kept = {(row["id"], row["verb"], row["value"]) for row in rows(warehouse.con, "SELECT * FROM decisions")}
        due = {row["id"] for row in rows(warehouse.con, "SELECT id FROM due")}
    assert kept == {("102", "winner", "quickbooks"), ("302", "adopt", None)}
    assert due == {"102", "302"}
