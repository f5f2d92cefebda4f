"""What enters the mirror, what stays out, and what is told as changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.store import associations, mirror, staging
from hsqbo_pipeline.store.associations import StagedAssociations, Tie
from hsqbo_pipeline.store.mirror import Gone
from hsqbo_pipeline.store.staging import Loaded, Staging
from hsqbo_pipeline.store.warehouse import Warehouse


def contact(number: int, minute: int, *, archived: bool = False, **properties: str | None) -> dict[str, Any]:
    """A contact as HubSpot gives it, last changed at that minute."""
    times = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": f"2026-02-01T00:{minute:02}:00.123Z"}
    return {"id": str(number), "properties": properties, **times, "archived": archived}


def invoice(number: int, token: int, second: int, **fields: object) -> dict[str, Any]:
    """An invoice as QuickBooks gives it."""
    meta = {"CreateTime": "2026-01-01T00:00:00-08:00", "LastUpdatedTime": f"2026-02-01T00:00:{second:02}-08:00"}
    return {"Id": str(number), "SyncToken": str(token), "MetaData": meta, **fields}


def load(warehouse: Warehouse, run: str, *records: dict[str, Any], consistent: bool = True) -> Loaded:
    """Records of one side into the mirror."""
    system, name = ("hubspot", "contacts") if "id" in records[0] else ("quickbooks", "Invoice")
    with warehouse.transaction() as con:
        return mirror.load(con, run, system, name, records, consistent=consistent)


def one(warehouse: Warehouse) -> dict[str, Any]:
    """The only row of the mirror."""
    found = rows(warehouse.con, "SELECT * FROM mirror")
    assert len(found) == 1
    return found[0]


def test_newer_replaces_older_never_the_reverse(warehouse: Warehouse) -> None:
    """A row that is older than the stored one changes nothing and touches nothing."""
    assert load(warehouse, "r1", contact(1, 5, a="new")) == Loaded(1, 1)
    assert load(warehouse, "r2", contact(1, 4, a="old")) == Loaded(1, 0)
    assert load(warehouse, "r3", contact(1, 5, a="new")) == Loaded(1, 0)
    assert load(warehouse, "r4", contact(1, 5, a="other")) == Loaded(1, 1)
    assert mirror.payloads(warehouse.con, "hubspot", "contacts", ["1"])["1"]["properties"] == {"a": "other"}
    assert [row["run_id"] for row in rows(warehouse.con, "SELECT * FROM touched ORDER BY ALL")] == ["r1", "r4"]


def test_sync_token_decides_within_a_second(warehouse: Warehouse) -> None:
    """Two states of one second are told apart by QuickBooks' SyncToken."""
    load(warehouse, "r1", invoice(1, 10, 30, n=2))
    assert load(warehouse, "r2", invoice(1, 9, 30, n=1)).changed == 0
    assert load(warehouse, "r3", invoice(1, 11, 30, n=3)).changed == 1


def test_order_of_keys_is_no_change(warehouse: Warehouse) -> None:
    """The same content in another order, or with associations beside it, is the same record."""
    load(warehouse, "r1", contact(1, 5, a="1", b="2"))
    same = {**dict(reversed(contact(1, 5, b="2", a="1").items())), "associations": {"companies": {"results": []}}}
    assert load(warehouse, "r2", same).changed == 0


def test_gone_record_comes_back_only_for_a_reason(warehouse: Warehouse) -> None:
    """A gone record returns with a newer state or a consistent read, never through a search that lags."""
    load(warehouse, "r1", contact(1, 5, a="1"))
    with warehouse.transaction() as con:
        assert mirror.mark_gone(con, "r2", "hubspot", "contacts", [Gone("1", "archived"), Gone("2", "archived")]) == [
            "1"
        ]
        assert mirror.mark_gone(con, "r3", "hubspot", "contacts", [Gone("1", "archived")]) == []
    assert load(warehouse, "r4", contact(1, 5, a="1"), consistent=False).changed == 0
    assert one(warehouse)["gone"] == "archived"
    assert load(warehouse, "r5", contact(1, 5, a="1")).changed == 1
    assert one(warehouse)["gone"] is None
    assert load(warehouse, "r6", contact(1, 6, archived=True, a="1")).changed == 1
    assert one(warehouse)["gone"] == "archived"


def test_merged_stays_merged(warehouse: Warehouse) -> None:
    """A record known to be merged is not later called archived; it names its survivor."""
    load(warehouse, "r1", contact(1, 5))
    with warehouse.transaction() as con:
        mirror.mark_gone(con, "r2", "hubspot", "contacts", [Gone("1", "merged", merged_into="9")])
        assert mirror.mark_gone(con, "r3", "hubspot", "contacts", [Gone("1", "archived")]) == []
    assert (one(warehouse)["gone"], one(warehouse)["merged_into"]) == ("merged", "9")


def test_answer_of_a_write_keeps_the_other_properties(warehouse: Warehouse) -> None:
    """HubSpot answers what was written; what it left out stays, what it cleared is cleared."""
    load(warehouse, "r1", contact(1, 5, a="1", b="2", c="3"))
    with warehouse.transaction() as con:
        answer = {**contact(1, 7, b="two", c=None), "new": False, "objectWriteTraceId": "t"}
        mirror.load_answer(con, "r2", "hubspot", "contacts", [answer, contact(2, 7, a="fresh")])
    found = mirror.payloads(warehouse.con, "hubspot", "contacts", ["1", "2"])
    assert found["1"]["properties"] == {"a": "1", "b": "two", "c": None}
    assert "new" not in found["1"]
    assert found["2"]["properties"] == {"a": "fresh"}


def test_answer_of_a_deletion_is_no_content(warehouse: Warehouse) -> None:
    """QuickBooks answers a deletion with a stub: the record is gone and its content stays."""
    load(warehouse, "r1", invoice(1, 0, 10, TotalAmt="5.00"))
    with warehouse.transaction() as con:
        mirror.load_answer(con, "r2", "quickbooks", "Invoice", [{"Id": "1", "status": "Deleted", "domain": "QBO"}])
    assert one(warehouse)["gone"] == "deleted"
    assert mirror.payloads(warehouse.con, "quickbooks", "Invoice", ["1"])["1"]["TotalAmt"] == "5.00"


def test_large_read_spills_and_loses_nothing(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records beyond what is held in memory go to disk; the newest state of each arrives once."""
    monkeypatch.setattr(staging, "_PART", 10)
    with Staging(warehouse.con, "hubspot", "contacts") as staged:
        for number in range(35):
            staged.add([contact(number, 1, a="first")])
        staged.add([contact(3, 2, a="second"), contact(34, 0, a="too old")])
        with warehouse.transaction():
            assert staged.merge("r1") == Loaded(35, 36)
        assert staged.vanished() == []
    found = mirror.payloads(warehouse.con, "hubspot", "contacts", ["3", "34"])
    assert [found[key]["properties"]["a"] for key in ("3", "34")] == ["second", "first"]
    left = rows(warehouse.con, "SELECT table_name FROM duckdb_tables() WHERE temporary")
    assert left == []


def test_vanished_are_the_live_ones_not_met(warehouse: Warehouse) -> None:
    """After a complete read, live rows that were not met are named, gone ones not again."""
    load(warehouse, "r1", contact(1, 1), contact(2, 1), contact(3, 1))
    with warehouse.transaction() as con:
        mirror.mark_gone(con, "r1", "hubspot", "contacts", [Gone("3", "archived")])
    with Staging(warehouse.con, "hubspot", "contacts") as staged:
        staged.add([contact(1, 1)])
        assert staged.vanished() == ["2"]


def _tied(warehouse: Warehouse) -> set[tuple[str, str, str, str, tuple[int, ...]]]:
    found = warehouse.con.execute("SELECT * FROM associations").fetchall()
    return {(a, b, c, d, tuple(e)) for a, b, c, d, e in found}


def test_associations_are_replaced_per_record(warehouse: Warehouse) -> None:
    """What a record is associated with is what was last read, in both directions; changed ends are touched."""
    load(warehouse, "r1", contact(1, 1), contact(2, 1))
    primary, other = Tie("7", (1, 279), (2, 280)), Tie("8", (279,), (280,))
    with warehouse.transaction() as con:
        associations.replace(con, "r2", "contacts", "companies", [("1", [primary, other]), ("2", [other])])
    assert ("companies", "7", "contacts", "1", (2, 280)) in _tied(warehouse)
    with warehouse.transaction() as con:
        assert associations.replace(con, "r3", "contacts", "companies", [("1", [primary, other])]) == 0
        demoted = Tie("7", (279,), (280,))
        assert associations.replace(con, "r4", "contacts", "companies", [("1", [demoted]), ("2", [other])]) == 1
    assert _tied(warehouse) == {
        ("contacts", "1", "companies", "7", (279,)),
        ("companies", "7", "contacts", "1", (280,)),
        ("contacts", "2", "companies", "8", (279,)),
        ("companies", "8", "contacts", "2", (280,)),
    }
    assert rows(warehouse.con, "SELECT id FROM touched WHERE run_id = 'r4'") == [{"id": "1"}]
    with warehouse.transaction() as con:
        associations.replace(con, "r5", "contacts", "companies", [("1", []), ("2", [])])
    assert _tied(warehouse) == set()


_ties = st.dictionaries(st.sampled_from("789"), st.sampled_from([(1, 279), (279,)]), max_size=3)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reads=st.lists(st.dictionaries(st.sampled_from("12"), _ties, min_size=1), min_size=1, max_size=4),
    part=st.integers(1, 5),
)
def test_associations_are_always_those_last_read(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, reads: list[dict[str, dict[str, tuple[int, ...]]]], part: int
) -> None:
    """However reads follow each other and spill, each record has the associations it was last read with."""
    monkeypatch.setattr(associations, "_PART", part)
    warehouse.con.execute("DELETE FROM associations")
    known: dict[str, dict[str, tuple[int, ...]]] = {}
    for read in reads:
        with StagedAssociations(warehouse.con, "contacts") as staged, warehouse.transaction():
            for from_id, ties in read.items():
                staged.add(from_id, "companies", [Tie(to, types, types) for to, types in ties.items()])
            staged.merge("r")
        known |= read
    wanted = {("contacts", a, "companies", b, types) for a, ties in known.items() for b, types in ties.items()}
    wanted |= {("companies", b, "contacts", a, types) for _, a, _, b, types in wanted}
    assert _tied(warehouse) == wanted
