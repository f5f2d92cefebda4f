"""A record's life, told from what the nights have published."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.reports.published import SQL, open_published
from hsqbo_pipeline_tests.nights.house import house


@pytest.mark.rule("E1", "N10")
def test_history_tells_each_field_with_its_side_rule_and_what_it_replaced(tmp_path: Path) -> None:
    """Asked by either id, or by the record's key: the runs, each field's old and new value, where it came from, and the request."""
    with house(tmp_path / "data") as home:
        ada = home.customer("Ada", "ada@example.com", GivenName="Ada")
        home.customer("Bob", "bob@example.com")
        home.night()
        home.person("quickbooks", "update", "Customer", {"GivenName": "Augusta"}, id=ada)
        home.night()
        contact = next(
            one["id"] for one in home.live("hubspot", "contacts") if one["properties"]["email"] == "ada@example.com"
        )
        with open_published(home.data) as con:
            told = [
                [
                    SQL.rows(con, name, record=record, entity="customer")
                    for name in ("history", "history_changes", "writes")
                ]
                for record in (ada, contact, f"customer:{contact}:{ada}")
            ]
        assert told[0] == told[1] == told[2]
        lived, changes, writes = told[0]
        assert [row["run"] for row in lived] == [1, 2]
        (change,) = [row for row in changes if row["run"] == 2]
        assert {name: change[name] for name in ("from_side", "to_side", "field", "replaced", "value", "rule", "status")} == {
            "from_side": "quickbooks", "to_side": "hubspot", "field": "first_name", "replaced": "Ada", "value": "Augusta",
            "rule": change["rule"], "status": "done",
        }  # fmt: skip
        assert "quickbooks" in change["rule"]
        assert [(row["run"], row["action"], bool(row["remote_request"])) for row in writes] == [
            (1, "create", True),
            (2, "update", True),
        ]
