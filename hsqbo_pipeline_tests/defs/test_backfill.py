"""Backfills as the UI starts them: a range of days as one run."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
import pytest

from hsqbo_pipeline.definitions import defs
from hsqbo_pipeline.defs.books import by_partition
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.runs.request import Kind
from hsqbo_pipeline_tests.defs.conftest import NOTHING, RULES, Place

START, END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
DAYS = ("2026-11-10", "2026-11-12")


def invoice(place: Place, day: str, number: str) -> None:
    """A bookkeeper books an invoice on a day."""
    (customer,) = [one for one in place.live("quickbooks", "Customer") if one["DisplayName"] == "Ada Lovelace"]
    (item,) = [one for one in place.live("quickbooks", "Item") if one.get("Sku") == "L-1"]
    detail = {"ItemRef": {"value": item["Id"]}, "Qty": 1, "UnitPrice": 50}
    fields: dict[str, Any] = {
        "CustomerRef": {"value": customer["Id"]},
        "TxnDate": day,
        "DocNumber": number,
        "Line": [{"DetailType": "SalesItemLineDetail", "Amount": 50, "SalesItemLineDetail": detail}],
    }
    place.person("quickbooks", "create", "Invoice", fields)


@pytest.mark.rule("A54", "A66")
def test_three_days_are_one_run_and_done_twice_write_nothing(company: Place) -> None:
    """The books of three days are looked at again in one run, day by day in the grid; the second time writes nothing."""
    for number, day in enumerate(("2026-11-09", *DAYS)):
        invoice(company, day, f"20{number}")
    assert company.job()[0]
    for again in range(2):
        green, ended = company.job("backfill", from_day=date(2026, 11, 10), to_day=date(2026, 11, 12))
        assert ended is not None
        assert (green, ended.exit_code, ended.evaluated) == (True, ExitCode.DONE, 2)
        assert again == 0 or company.writes() == NOTHING
    runs = [run for run in company.instance.get_runs() if run.job_name == "backfill"]
    assert [(run.tags[START], run.tags[END]) for run in runs] == [DAYS, DAYS]
    assert _complete(company) == {"2026-11-10": (True, 1), "2026-11-12": (True, 1)}
    # A pair is a record on either side.
    assert _per_day(company) == {"2026-11-10": 2, "2026-11-11": 0, "2026-11-12": 2}


def test_all_days_are_all_books(company: Place) -> None:
    """The whole calendar reaches to everything before its first and after its last day."""
    invoice(company, "2027-03-01", "300")
    assert company.job()[0]
    green, ended = company.job("backfill")
    known = company.ask("SELECT count(*) AS n FROM record_states WHERE entity <> 'connection'")[0]["n"]
    assert ended is not None
    assert (green, ended.evaluated) == (True, known)


def test_days_chosen_in_the_graph_mark_books_and_call_nobody(company: Place) -> None:
    """Materialising `books` alone makes its records due and sends no request; the rest of the graph then looks at them."""
    assert company.job()[0]
    for traffic in company.served.sandbox.traffic.values():
        traffic.clear()
    made = defs()
    job = made.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        instance=company.instance,
        asset_selection=[dg.AssetKey("books")],
        tags={
            START: "2026-11-01",
            END: made.resolve_asset_graph().get(dg.AssetKey("books")).partitions_def.get_last_partition_key(),
        },
        raise_on_error=False,
    )
    assert result.success
    assert not any(traffic.entries for traffic in company.served.sandbox.traffic.values())
    due = company.ask("SELECT count(*) AS n FROM due WHERE reason = 'books'")[0]["n"]
    green, ended = company.job()
    assert ended is not None
    assert due > 0
    assert (green, ended.evaluated > 0, company.writes()) == (True, True, NOTHING)


def test_counts_fall_on_their_day_and_the_rest_on_the_ends() -> None:
    """Records of days outside of the calendar are counted on its first or last chosen day."""
    counts = {
        (date(2020, 1, 1), Entity.INVOICE): 3,
        (date(2026, 11, 11), Entity.CUSTOMER): 2,
        (date(2030, 1, 1), Entity.PAYMENT): 1,
    }
    found = by_partition(["2026-11-12", "2026-11-10", "2026-11-11"], counts)
    assert {day: each["dagster/partition_row_count"] for day, each in found.items()} == {
        "2026-11-10": 3,
        "2026-11-11": 2,
        "2026-11-12": 1,
    }
    assert found["2026-11-11"]["customers"] == 2


def test_a_backfill_does_not_reach_behind_start(company: Place) -> None:
    """What was made before `start` stays alone although its day was chosen, and the run says how many records that are."""
    ahead = {**RULES, "start": (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT00:00:00")}
    (company.data.parent / "sync.yaml").write_text(json.dumps(ahead), encoding="utf-8")
    green, ended = company.job(kind=Kind.BACKFILL, from_day=date(2020, 1, 1))
    assert ended is not None
    assert (green, ended.before_start, len(company.live("hubspot", "invoices"))) == (True, 1, 0)
    told = company.told("run_report")
    assert told["before_start"] == 1
    assert "1 of the records looked at is from before `start`" in told["summary"]


def _complete(place: Place) -> dict[str, tuple[bool, int]]:
    """Per day whether it is complete and how many of its records are in step, as last noted on the grid."""
    found: dict[str, tuple[bool, int]] = {}
    for record in reversed(place.instance.fetch_observations(dg.AssetKey("books"), limit=10).records):
        event = record.asset_observation
        assert event is not None
        assert event.partition is not None
        found[event.partition] = (event.metadata["complete_after_the_run"].value, event.metadata["in_step"].value)  # type: ignore[assignment]
    return dict(sorted(found.items()))


def _per_day(place: Place) -> dict[str, int]:
    """Invoices per day, as the grid shows them."""
    records = place.instance.fetch_materializations(dg.AssetKey("books"), limit=3).records
    found = {}
    for record in records:
        event = record.asset_materialization
        assert event is not None
        assert event.partition is not None
        found[event.partition] = event.metadata["invoices"].value
    return dict(sorted(found.items()))
