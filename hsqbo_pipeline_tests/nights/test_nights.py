"""What a night does as a whole: it converges, it looks at what changed, and it tells what it could not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ConfigurationError, ExitCode, PipelineError
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.store.lock import run_lock
from hsqbo_pipeline_tests.nights.house import House, house

NOTHING = {"hubspot": 0, "quickbooks": 0}


@pytest.fixture
def home(tmp_path: Path):
    with house(tmp_path / "data") as found:
        yield found


def settled(home: House) -> House:
    home.customer("Ada Lovelace", "ada@example.com", GivenName="Ada", FamilyName="Lovelace")
    home.contact("bob@example.com", firstname="Bob", lastname="Ray")
    assert home.night().exit_code == ExitCode.DONE
    return home


@pytest.mark.rule("A1", "A66", "A94", "OPS_UNCHANGED", "D96")
def test_the_second_night_writes_nothing(home: House) -> None:
    """After a night that wrote both ways, the next one evaluates nothing, writes nothing and takes a handful of requests."""
    settled(home)
    assert len(home.live("hubspot", "contacts")) == len(home.live("quickbooks", "Customer")) == 2
    home.night(pass_s=86_400)
    ended = home.night(pass_s=86_400)
    assert (ended.exit_code, ended.evaluated, home.writes()) == (ExitCode.DONE, 0, NOTHING)
    assert home.requests() <= 20


@pytest.mark.rule("H19", "A66")
def test_a_record_touched_every_night_after_midnight_is_synced_every_night(home: House) -> None:
    """H19: the night reads to now, so what something touches between midnight and the run is never starved."""
    settled(home)
    (ada,) = [one for one in home.live("quickbooks", "Customer") if one["DisplayName"] == "Ada Lovelace"]
    for number in range(3):
        phone = f"555-010{number}"
        home.person("quickbooks", "update", "Customer", {"PrimaryPhone": {"FreeFormNumber": phone}}, id=ada["Id"])
        assert home.night(pass_s=86_400).exit_code == ExitCode.DONE
        phones = [one["properties"].get("phone") for one in home.live("hubspot", "contacts")]
        assert phone in phones


@pytest.mark.rule("H31", "E1", "OPS_AWAITING_APPROVAL", "D97")
def test_a_dry_run_writes_nothing_and_the_shown_plan_can_be_applied(home: House) -> None:
    """H31: a dry run performs no write at all, schema included; the hash it shows applies exactly that plan."""
    home.customer("Ada Lovelace", "ada@example.com")
    shown = home.night(Request(kind=Kind.PLAN_ONLY, apply=False))
    assert (home.writes(), shown.waiting, shown.plan_hash is not None) == (NOTHING, True, True)
    assert set(home.states().values()) == {"OPS_AWAITING_APPROVAL"}
    applied = home.night(Request(approve=shown.plan_hash))
    assert (applied.plan_hash, applied.exit_code) == (shown.plan_hash, ExitCode.DONE)
    assert len(home.live("hubspot", "contacts")) == 1


@pytest.mark.rule("E1", "H32", "OPS_AWAITING_APPROVAL")
def test_mode_ask_waits_and_mode_observe_never_writes(tmp_path: Path) -> None:
    """In mode ask a plan waits with exit code 3; in mode observe even an approval is refused."""
    with house(tmp_path / "ask", mode="ask") as home:
        home.customer("Ada Lovelace", "ada@example.com")
        assert (home.night().exit_code, home.writes()) == (ExitCode.WAITING, NOTHING)
        assert home.night(Request(approve="auto")).exit_code == ExitCode.DONE
    with house(tmp_path / "observe", mode="observe") as home:
        home.customer("Ada Lovelace", "ada@example.com")
        home.night()
        assert home.writes() == NOTHING
        with pytest.raises(ConfigurationError, match="observe"):
            home.night(Request(approve="auto"))
        assert home.writes() == NOTHING


@pytest.mark.rule("A30", "AUTH_HS_EXPIRED", "D5", "AUTH_QBO_EXPIRED", "D1")
@pytest.mark.parametrize(
    ("broken", "code"),
    [({"hubspot_token": "pat-wrong"}, "AUTH_HS_EXPIRED"), ({"quickbooks_refresh_token": "wrong"}, "AUTH_QBO_EXPIRED")],
)
def test_a_wrong_token_blocks_with_its_code_and_writes_nothing(home: House, broken: dict[str, str], code: str) -> None:
    """D1, D5: a login that is not accepted ends the run BLOCKED with exit code 5; nothing is half-written."""
    home.customer("Ada Lovelace", "ada@example.com")
    ended = home.night(**broken)
    assert (ended.exit_code, home.writes()) == (ExitCode.LOGIN, NOTHING)
    assert code in {row["code"] for row in home.ask("SELECT code FROM record_states WHERE state = 'BLOCKED'")}
    assert home.night().exit_code == ExitCode.DONE


@pytest.mark.rule("SYS_REMOTE_ERROR", "D11", "D14", "SYS_EXTRACT_TRUNCATED")
@pytest.mark.parametrize("side", ["hubspot", "quickbooks"])
def test_an_unreachable_system_is_told_and_nothing_is_written(home: House, side: str) -> None:
    """A host that does not answer makes the run red, names the system, and the next night goes on."""
    home.customer("Ada Lovelace", "ada@example.com")
    ended = home.night(**{f"{side}_base_url": "http://127.0.0.1:9"})
    assert (ended.exit_code, home.writes()["quickbooks"], home.writes()["hubspot"]) == (ExitCode.RED, 0, 0)
    assert any(side in problem.lower() for problem in ended.problems)
    assert home.night().exit_code == ExitCode.DONE


def test_a_second_run_names_the_one_that_is_writing(home: House) -> None:
    """One writer at a time: the second run ends with the holder's name and touches nothing."""
    from datetime import UTC, datetime

    with (
        run_lock(home.data, "the-first-run", now=datetime.now(UTC)),
        pytest.raises(PipelineError, match="the-first-run") as caught,
    ):
        home.night()
    assert caught.value.exit_code == ExitCode.BUSY
    assert home.requests() == 0


@pytest.mark.rule("H2", "SYS_STATE_LOST", "N13")
def test_lost_state_is_noticed_before_anything_is_made_twice(home: House) -> None:
    """H2: marks without memory block the run; nothing is written until they are rebuilt."""
    settled(home)
    (home.data / "warehouse.duckdb").unlink()
    ended = home.night()
    assert (ended.exit_code, home.writes()) == (ExitCode.RED, NOTHING)
    assert "SYS_STATE_LOST" in home.states().values()


def test_the_time_zone_is_fixed_by_the_first_run(home: House) -> None:
    """A zone that changes later would move every business day: it is a configuration error that names both."""
    settled(home)
    home.rules["timezone"] = "Europe/Oslo"
    with pytest.raises(ConfigurationError, match="America/New_York"):
        home.night()


@pytest.mark.rule("A60", "N17")
def test_a_changed_rule_alone_brings_records_back(home: House) -> None:
    """N17: records that nobody touched are evaluated again when the rules that concern them change."""
    home.rules["customers"] = {"direction": "quickbooks_to_hubspot"}
    home.contact("bob@example.com", firstname="Bob", lastname="Ray")
    home.night()
    assert "FLT_DIRECTION_OFF" in home.states().values()
    home.rules["customers"] = {"direction": "both", "hubspot_to_quickbooks_filter": "all"}
    home.night()
    assert [one["DisplayName"] for one in home.live("quickbooks", "Customer")] == ["Bob Ray"]


@pytest.mark.rule("A83", "A87")
def test_every_record_is_in_exactly_one_state(home: House) -> None:
    """Counts in are counts out: each known record is spoken for by one row, bad ones included."""
    home.customer("Ada Lovelace", "ada@example.com")
    home.customer("No Mail")
    home.customer("One", "shared@example.com")
    home.customer("Two", "shared@example.com")
    home.contact("bob@example.com", firstname="Bob")
    ended = home.night()
    assert ended.problems == []
    assert sum(ended.states.values()) == 5
    assert ended.states == {"EXCLUDED": 1, "FAILING": 2, "IN_SYNC": 2}


@pytest.mark.rule("E1", "OPS_AWAITING_APPROVAL")
def test_another_plan_than_the_one_shown_is_not_applied(home: House) -> None:
    """A hash that is not this plan's approves nothing, whatever the mode: the run waits and writes nothing."""
    home.customer("Ada Lovelace", "ada@example.com")
    shown = home.night(Request(kind=Kind.PLAN_ONLY, apply=False))
    home.customer("Bob Ray", "bob@example.com")
    ended = home.night(Request(approve=shown.plan_hash))
    assert (ended.exit_code, ended.waiting, home.writes()) == (ExitCode.WAITING, True, NOTHING)


@pytest.mark.rule("SYS_OUTCOME_UNCERTAIN", "D12", "N13")
def test_a_system_that_dies_while_we_write_leaves_nothing_blocked_behind(home: House) -> None:
    """A lost answer and a dead system make the run red; two nights later each record is there once and in step."""
    home.customer("Ada Lovelace", "ada@example.com")
    home.contact("bob@example.com", firstname="Bob", lastname="Ray")
    rule = {"system": "hubspot", "when": {"write": "create", "object": "contacts", "nth": 1}, "do": "apply_then_reset"}
    home.served.sandbox.faults["hubspot"].load([{**rule, "then": {"all_requests": 503}}])
    assert home.night().exit_code == ExitCode.RED
    home.served.sandbox.faults["hubspot"].clear()
    home.night()
    assert home.night().exit_code == ExitCode.DONE
    assert home.writes() == NOTHING
    assert set(home.states().values()) == {"OPS_UNCHANGED"}
    assert len(home.live("hubspot", "contacts")) == len(home.live("quickbooks", "Customer")) == 2
