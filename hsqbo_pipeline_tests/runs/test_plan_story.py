"""Plan, approve, apply: what was shown is what is done, or the run says what has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ConfigurationError, ExitCode
from hsqbo_pipeline.reports.html.plan_page import render
from hsqbo_pipeline.reports.plans import listed, of_hash
from hsqbo_pipeline.reports.published import open_published
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline_tests.nights.house import house
from hsqbo_pipeline_tests.runs.town_house import NOTHING


@pytest.mark.rule("E1", "OPS_AWAITING_APPROVAL", "D97")
def test_a_plan_that_no_longer_fits_is_refused_with_what_changed(tmp_path: Path) -> None:
    """An approval fits one plan; where a record is new, gone or different the run writes nothing and names each difference."""
    with house(tmp_path / "data", mode="ask") as home:
        ada = home.customer("Ada Lovelace", "ada@example.com", GivenName="Ada")
        bob = home.customer("Bob Ray", "bob@example.com")
        shown = home.night()
        assert (shown.exit_code, shown.told) == (ExitCode.WAITING, [])
        home.person("quickbooks", "update", "Customer", {"GivenName": "Augusta"}, id=ada)
        home.person("quickbooks", "inactivate", "Customer", id=bob)
        home.customer("Cy Young", "cy@example.com")
        ended = home.night(Request(approve=(shown.plan_hash or "")[:12], approved_by="Eve", why="looks right"))
        assert (ended.exit_code, home.writes()) == (ExitCode.WAITING, NOTHING)
        told = " ".join(ended.told)
        assert "was not applied" in told
        assert (
            "different: create customer Ada Lovelace in HubSpot: first_name '' to 'Ada' is now '' to 'Augusta'" in told
        )
        assert "no longer to do: create customer Bob Ray in HubSpot" in told
        assert "new: create customer Cy Young in HubSpot" in told
        with pytest.raises(ConfigurationError, match="no plan"):
            home.night(Request(approve="0123456789abcdef"))
        done = home.night(Request(approve=ended.plan_hash, approved_by="Eve", why="looks right"))
        assert (done.exit_code, done.told) == (ExitCode.DONE, [])
        with open_published(home.data) as con:
            kept = {row["hash"]: row for row in listed(con, 10)}
            found = of_hash(con, done.plan_hash or "")
        row = kept[done.plan_hash or ""]
        assert (row["status"], row["approved_by"], row["why"], row["approved_at"] is None) == (
            "applied", "Eve", "looks right", False,
        )  # fmt: skip
        assert found is not None
        page = render(*found)
        assert all(text in page for text in ("Augusta", "approved by Eve", "looks right"))
        again = home.night(Request(approve=done.plan_hash))
        assert "carried out already" in " ".join(again.told)


@pytest.mark.rule("E1", "OPS_AWAITING_APPROVAL")
def test_a_plan_that_waits_is_replaced_by_a_newer_one_that_says_so(tmp_path: Path) -> None:
    """Three nights without an answer: the newest plan holds all that is due, names the one it replaces and since when it waits."""
    with house(tmp_path / "data", mode="ask") as home:
        home.customer("Ada Lovelace", "ada@example.com")
        first = home.night()
        same = home.night()
        assert same.plan_hash == first.plan_hash
        assert "through 1 run" in same.told[0]
        home.customer("Bob Ray", "bob@example.com")
        third = home.night()
        told = " ".join(third.told)
        assert f"replaces plan {(first.plan_hash or '')[:12]}" in told
        assert "new: create customer Bob Ray in HubSpot" in told
        assert "through 2 runs" in told
        assert [row["status"] for row in home.ask("SELECT status FROM plans ORDER BY created_at")] == [
            "superseded",
            "open",
        ]
        home.rules["customers"] = {"hubspot_to_quickbooks_filter": "all", "winner": "hubspot"}
        ruled = home.night(Request(approve=third.plan_hash))
        assert "the rules or the connection" in " ".join(ruled.told)
        assert home.writes() == NOTHING


@pytest.mark.rule("1.27", "H32", "OPS_CIRCUIT_OPEN", "D98")
def test_limits_count_a_day_however_small_its_slices_are(tmp_path: Path) -> None:
    """1.27: each slice of a continuous sync is under the limit, their sum is not: the run waits, and goes on a day later."""
    limits = {"creates": 2, "first_runs_ask": "off"}
    slice_ = Request(kind=Kind.CONTINUOUS)
    with house(tmp_path / "data", limits=limits) as home:
        for name in ("ada", "bob"):
            home.customer(name, f"{name}@example.com")
            assert home.night(slice_, pass_s=600).exit_code == ExitCode.DONE
        home.customer("cy", "cy@example.com")
        ended = home.night(slice_, pass_s=600)
        assert (ended.exit_code, home.writes()) == (ExitCode.WAITING, NOTHING)
        (told,) = home.ask("SELECT state, sentence FROM record_states WHERE code = 'OPS_CIRCUIT_OPEN'")
        assert (told["state"], told["sentence"]) == (
            "WAITING",
            "3 new customers within 24 hours: above the limit of 2.",
        )
        assert ended.problems == []
        assert home.night(slice_, pass_s=86_400).exit_code == ExitCode.DONE
        assert len(home.live("hubspot", "contacts")) == 3
        assert "OPS_CIRCUIT_OPEN" not in home.states().values()
