"""Links, due rows, people's decisions, publishing and letting go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from hsqbo_pipeline.core.tables import insert, rows
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.store import decisions, due, links, publish, retention
from hsqbo_pipeline.store.warehouse import Warehouse

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def link(hubspot: str, quickbooks: str, role: str = "primary", matched_by: str = "email") -> dict[str, object]:
    """A customer's link."""
    made = {"entity": "customer", "hubspot_id": hubspot, "quickbooks_id": quickbooks, "role": role}
    made |= {
        "hubspot_object": "contacts",
        "quickbooks_object": "Customer",
        "owner": "quickbooks",
        "matched_by": matched_by,
    }
    return made | {"since_run": "r1", "since_at": NOW, "portal": "1", "realm": "2", "environment": "sandbox"}


def stone(record: str) -> dict[str, object]:
    """A customer that gets no partner any more."""
    return {"entity": "customer", "system": "hubspot", "id": record, "reason": "undone", "run_id": "r1", "at_time": NOW}


def test_primary_partner_comes_first(warehouse: Warehouse) -> None:
    """Of several partners the primary one answers; unlinked records have none."""
    links.keep(warehouse.con, [link("1", "10"), link("2", "10", "alias"), link("1", "9", "alias")])
    assert links.partners(warehouse.con, Entity.CUSTOMER, System.HUBSPOT, ["1", "2", "3"]) == {"1": "10", "2": "10"}
    assert links.partners(warehouse.con, Entity.CUSTOMER, System.QUICKBOOKS, ["10"]) == {"10": "1"}


def test_tombstone_until_released(warehouse: Warehouse) -> None:
    """A pair that ended stays ended until a person releases it."""
    links.keep(warehouse.con, [link("1", "10")])
    links.unlink(warehouse.con, Entity.CUSTOMER, "1", "10")
    links.bury(warehouse.con, [stone("1")])
    assert links.of(warehouse.con, Entity.CUSTOMER) == []
    assert links.release(warehouse.con, Entity.CUSTOMER, System.HUBSPOT, "1")
    assert not links.release(warehouse.con, Entity.CUSTOMER, System.HUBSPOT, "1")


def _invoice(record: str, day: date) -> dict[str, object]:
    return {
        "system": "quickbooks",
        "id": record,
        "object": "Invoice",
        "active": True,
        "invoice_date": day,
        "fields_hash": "h",
    }


def test_books_of_some_days_become_due(warehouse: Warehouse) -> None:
    """Documents dated on the days, and customers created on them in the company's zone, are marked; others are not."""
    con = warehouse.con
    insert(
        con,
        "invoices",
        [_invoice("1", date(2026, 2, 28)), _invoice("2", date(2026, 3, 1)), _invoice("3", date(2026, 3, 3))],
    )
    made = {"system": "hubspot", "object": "contacts", "active": True, "email_keys": [], "fields_hash": "h"}
    midnight_utc = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)  # still the evening of 1 March in New York
    insert(con, "customers", [{**made, "id": "4", "created_at": midnight_utc}])
    insert(con, "customers", [{**made, "id": "5", "created_at": midnight_utc + timedelta(hours=2)}])
    counted = due.mark_days(con, date(2026, 3, 1), date(2026, 3, 1), NEW_YORK, "r1")
    assert counted == {(date(2026, 3, 1), Entity.CUSTOMER): 1, (date(2026, 3, 1), Entity.INVOICE): 1}
    assert [(row["entity"], row["id"], row["reason"]) for row in due.rows(con)] == [
        ("customer", "4", "books"),
        ("invoice", "2", "books"),
    ]
    due.mark(con, Entity.INVOICE, System.QUICKBOOKS, ["2", "3"], reason="person", run_id="r2")
    due.leave(con, Entity.CUSTOMER, System.HUBSPOT, ["4"])
    assert [(row["id"], row["reason"], row["since_run"]) for row in due.rows(con)] == [
        ("2", "books", "r1"),
        ("3", "person", "r2"),
    ]


def test_decisions_outlive_the_warehouse(warehouse: Warehouse, tmp_path: Path) -> None:
    """Decisions, tombstones and links that no mark tells come back from the file into a new warehouse."""
    con = warehouse.con
    said = {
        "entity": "invoice",
        "system": "hubspot",
        "id": "7",
        "verb": "pause",
        "who": "ann",
        "why": "dispute: «no»",
        "at_time": NOW,
    }
    decisions.keep(con, [{**said, "until": date(2026, 4, 1)}])
    links.bury(con, [stone("1")])
    links.keep(con, [link("1", "10"), link("2", "10", "alias"), link("3", "30", matched_by="person")])
    decisions.write_file(con, tmp_path)
    with Warehouse.open(tmp_path / "new") as fresh:
        assert decisions.read_file(fresh.con, tmp_path) == {"decisions": 1, "tombstones": 1, "links": 2}
        assert decisions.of(fresh.con) == decisions.of(con)
        assert links.tombstones(fresh.con) == links.tombstones(con)
        assert [row["hubspot_id"] for row in links.of(fresh.con)] == ["3", "2"]
        assert decisions.withdraw(fresh.con, Entity.INVOICE, System.HUBSPOT, "7", "pause")
        assert decisions.read_file(fresh.con, tmp_path / "nowhere") == {"decisions": 0, "tombstones": 0, "links": 0}


@pytest.mark.parametrize(
    "text",
    [
        "just words",
        "rules: []",
        "decisions: [",
        "- 1",
        "links: [5]",
        "tombstones: soon",
        "decisions: [{colour: red}]",
        "links: [{entity: dragon}]",
    ],
)
def test_foreign_decisions_file_is_refused(warehouse: Warehouse, tmp_path: Path, text: str) -> None:
    """A file that is not ours, or has an entry that is none, is named, and nothing is taken from it."""
    (tmp_path / decisions.FILE_NAME).write_text(text)
    with pytest.raises(ConfigurationError, match=decisions.FILE_NAME):
        decisions.read_file(warehouse.con, tmp_path)


def _published_links(data: Path) -> int:
    folder = publish.published(data)
    return int(duckdb.connect().execute(f"SELECT count(*) FROM '{folder}/links.parquet'").fetchall()[0][0])


def test_readers_see_one_whole_set(warehouse: Warehouse, tmp_path: Path) -> None:
    """Publishing swaps the whole set at once; a reader that began before goes on reading its own."""
    with pytest.raises(ConfigurationError):
        publish.published(tmp_path)
    publish.publish(warehouse)
    before = publish.published(tmp_path)
    links.keep(warehouse.con, [link("1", "10")])
    publish.publish(warehouse)
    assert _published_links(tmp_path) == 1
    assert int(duckdb.connect().execute(f"SELECT count(*) FROM '{before}/links.parquet'").fetchall()[0][0]) == 0
    assert {path.name for path in before.iterdir()} == {path.name for path in publish.published(tmp_path).iterdir()}


def test_unchanged_tables_are_not_written_again(warehouse: Warehouse, tmp_path: Path) -> None:
    """A table that says what it said before shares its file with the set before; old sets go."""
    for _ in range(3):
        publish.publish(warehouse)
    assert (publish.published(tmp_path) / "invoices.parquet").stat().st_nlink == 2
    assert len(list((tmp_path / ".published").iterdir())) == 2


def test_failed_publishing_leaves_the_last_set(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a table cannot be written, readers go on seeing the set of the run before."""
    publish.publish(warehouse)
    monkeypatch.setattr(publish, "TABLES", (*publish.TABLES, "no_such_table"))
    links.keep(warehouse.con, [link("1", "10")])
    with pytest.raises(duckdb.CatalogException):
        publish.publish(warehouse)
    assert _published_links(tmp_path) == 0


def test_old_history_is_let_go(warehouse: Warehouse) -> None:
    """History of runs that ended long ago goes; links, journal and what was not yet validated stay."""
    con = warehouse.con
    run = {"kind": "nightly", "started_at": NOW, "apply": True, "rules_hash": ""}
    old, new = NOW - timedelta(days=400), NOW - timedelta(days=2)
    insert(
        con,
        "runs",
        [
            {**run, "run_id": "old", "number": 1, "ended_at": old},
            {**run, "run_id": "new", "number": 2, "ended_at": new},
        ],
    )
    told = {"record_key": "k", "at_time": NOW, "entity": "customer", "state": "IN_SYNC", "code": "c", "sentence": "s"}
    insert(con, "record_history", [{**told, "run_id": "old"}, {**told, "run_id": "new"}])
    touched = {"run_id": "old", "system": "hubspot", "id": "1"}
    insert(con, "touched", [{**touched, "object": "contacts"}, {**touched, "object": "deals"}])
    links.keep(con, [link("1", "10")])
    gone = retention.let_go(warehouse, "now", now=NOW, history_days=365, landing_days=30)
    assert (gone["record_history"], gone["touched"]) == (1, 1)
    assert [row["run_id"] for row in rows(con, "SELECT run_id FROM record_history")] == ["new"]
    assert [row["object"] for row in rows(con, "SELECT object FROM touched")] == ["contacts"]
    assert len(links.of(con)) == 1
