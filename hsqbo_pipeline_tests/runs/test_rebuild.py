"""A lost warehouse comes back from the marks alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ConfigurationError, ExitCode
from hsqbo_pipeline.runs.rebuild import rebuild
from hsqbo_pipeline_tests.nights.house import House, house
from hsqbo_pipeline_tests.runs.town_house import NOTHING, clear_traffic, links, quiet, rules_of, town_house


def lose(home: House) -> None:
    (home.data / "warehouse.duckdb").unlink()


@pytest.mark.rule("H2", "SYS_STATE_LOST", "N13")
def test_after_a_loss_nothing_is_written_until_rebuild_and_nothing_after_it(tmp_path: Path) -> None:
    """H2: lost state blocks the night; rebuild finds the same links by marks alone; the night after writes nothing."""
    with town_house(tmp_path / "data") as (home, _town):
        quiet(home)
        before, owners = links(home), links(home, "entity", "hubspot_id", "owner")
        lose(home)
        ended = home.night()
        assert (ended.exit_code, home.writes()) == (ExitCode.RED, NOTHING)
        assert "SYS_STATE_LOST" in home.states().values()
        clear_traffic(home)
        done = rebuild(home.settings, rules_of(home))
        assert home.writes() == NOTHING
        assert done.ended is not None
        assert done.ended.exit_code == ExitCode.DONE
        assert links(home) == before
        assert [row for row in links(home, "entity", "hubspot_id", "owner") if row[0] in ("invoice", "payment")] == [
            row for row in owners if row[0] in ("invoice", "payment")
        ]
        ended = home.night(pass_s=86_400)
        assert (ended.exit_code, home.writes()) == (ExitCode.DONE, NOTHING)
        assert links(home) == before


@pytest.mark.rule("H2", "N13")
def test_a_rebuilt_pair_goes_on_with_the_edits_of_both_sides(tmp_path: Path) -> None:
    """The baseline that rebuild makes lets an edit on either side flow as if nothing had been lost."""
    with town_house(tmp_path / "data") as (home, town):
        quiet(home)
        lose(home)
        rebuild(home.settings, rules_of(home))
        home.served.sandbox.clock.advance(60)
        town.q("update", "Customer", id=town.ids["customers"][0], fields={"GivenName": "Ann"})
        town.h("update", "contacts", id=town.ids["contacts"][0], fields={"lastname": "Roe"})
        assert home.night().exit_code == ExitCode.DONE
        assert "Ann" in [one["properties"].get("firstname") for one in home.live("hubspot", "contacts")]
        assert "Roe" in [one.get("FamilyName") for one in home.live("quickbooks", "Customer")]
        assert len(home.live("hubspot", "contacts")) == len(home.live("quickbooks", "Customer"))


@pytest.mark.rule("H2", "N13", "H6")
def test_decisions_survive_the_loss_and_the_blocked_night(tmp_path: Path) -> None:
    """What a person put aside comes back from decisions.yaml, which a blocked night leaves alone."""
    from hsqbo_pipeline.model.names import Entity, System
    from hsqbo_pipeline.runs import steer

    with house(tmp_path / "data") as home:
        ada = home.customer("Ada Lovelace", "ada@example.com")
        home.customer("Bob Ray", "bob@example.com")
        quiet(home)
        with steer.steering(home.settings, "unlink") as warehouse:
            steer.unlink_pair(warehouse, steer.Named(Entity.CUSTOMER, System.QUICKBOOKS, ada))
        lose(home)
        home.night()
        rebuild(home.settings, rules_of(home))
        assert {row["reason"] for row in home.ask("SELECT reason FROM tombstones")} == {"released"}
        home.night()
        assert home.writes() == NOTHING
        assert ada not in {row[0] for row in links(home, "quickbooks_id")}


@pytest.mark.rule("H2", "DEL_REMOTE_DELETED", "D90")
def test_a_mark_without_its_partner_becomes_a_tombstone(tmp_path: Path) -> None:
    """What was deleted while nobody remembered the pair is told and not made a second time."""
    with town_house(tmp_path / "data", 2) as (home, town):
        quiet(home)
        bill = town.ids["bills"][0]
        lose(home)
        town.q("delete", "Invoice", id=bill)
        done = rebuild(home.settings, rules_of(home))
        (left,) = [one for one in done.findings if not one.tied]
        assert (left.entity, left.quickbooks_id, left.missing) == ("invoice", bill, "quickbooks")
        numbers = len(home.live("quickbooks", "Invoice"))
        home.night()
        assert len(home.live("quickbooks", "Invoice")) == numbers


def test_rebuild_refuses_where_there_is_nothing_to_rebuild(tmp_path: Path) -> None:
    """A warehouse that knows its links is left alone, and so is one whose start nobody knows any more."""
    with house(tmp_path / "data") as home:
        home.customer("Ada Lovelace", "ada@example.com")
        home.night()
        with pytest.raises(ConfigurationError, match="nothing to rebuild"):
            rebuild(home.settings, rules_of(home))
        del home.rules["start"]
        with pytest.raises(ConfigurationError, match="start"):
            rebuild(home.settings, rules_of(home))
