"""Nights killed with SIGKILL and nights whose answers are lost: some points of each kind; `make torture` takes them all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hsqbo_pipeline_tests.nights.torture.bisect import bisection
from hsqbo_pipeline_tests.nights.torture.kill import Act, busy_day, first_load, kill_once
from hsqbo_pipeline_tests.nights.torture.stage import copied, perform, performance
from hsqbo_pipeline_tests.nights.torture.trouble import chaos, edit_meanwhile, lose_answers

pytestmark = pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="processes are forked here")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Act]:
    """The first load of a small town, and a day of edits in it."""
    return [play(tmp_path_factory.mktemp(play.__name__), 3) for play in (first_load, busy_day)]


@pytest.mark.rule("N13")
@pytest.mark.parametrize(
    ("place", "point"),
    [(0, 0.6), (1, 0.8), (1, "before file published #1"), (1, "before file decisions.yaml #1")],
    ids=["first load", "busy day", "publishing", "decisions"],
)
def test_a_night_killed_anywhere_and_run_once_more_ends_as_if_undisturbed(
    played: list[Act], place: int, point: str | float, tmp_path: Path
) -> None:
    """One clean night after a SIGKILL: each record exactly once, links one to one, nothing left open."""
    act = played[place]
    at = point if isinstance(point, str) else act.deaths[int(len(act.deaths) * point)]
    assert kill_once(act, at, tmp_path / "killed") is None


@pytest.mark.rule("D1", "AUTH_QBO_EXPIRED")
def test_a_death_between_a_new_login_and_its_file_costs_no_more_than_a_consent(
    played: list[Act], tmp_path: Path
) -> None:
    """Where QuickBooks takes the login before for a while yet, it costs nothing; where not, the next night writes nothing
    and ends with the exit code of a login: nothing that was written is lost."""
    act, at, data = played[0], "after quickbooks login #1", tmp_path / "killed"
    assert kill_once(act, at, data) is None
    copied(act.data, data)
    with performance(act.sandbox) as theatre:
        theatre.control("quickbooks", "switches", {"qb_refresh_token_grace_s": 0})
        assert perform(theatre, data, act.rules, at=at).exit_code is None
        assert perform(theatre, data, act.rules).exit_code == 5
        assert theatre.control("quickbooks", "requests")["writes"] == 0


@pytest.mark.rule("N13")
def test_the_torture_rejects_one_wrong_expectation(played: list[Act], tmp_path: Path) -> None:
    """A harness that accepts anything proves nothing: one record more than there is must be noticed."""
    act = played[0]
    expected = {**act.expected, "Customer": [*act.expected["Customer"], ["nobody"]]}
    assert "Customer: missing [['nobody']]" in (
        kill_once(replace(act, expected=expected), act.deaths[5], tmp_path / "killed") or ""
    )


@pytest.mark.rule("D12", "N13")
def test_a_night_whose_answers_are_lost_is_settled_by_the_next(played: list[Act], tmp_path: Path) -> None:
    """The write took effect, the answer did not arrive: it is found, linked, and not made again."""
    found = lose_answers(played[0], "apply_then_reset", (1, 13), tmp_path)
    assert found.performances >= 2
    assert found.wrong == []


@pytest.mark.rule("N13")
def test_nights_in_chaos_end_as_if_there_had_been_none(played: list[Act], tmp_path: Path) -> None:
    """A tenth of all requests in some trouble or other: after a few nights everything is there, once."""
    assert chaos(played[1], 1, 0.1, tmp_path).wrong == []


@pytest.mark.rule("H30")
def test_no_edit_that_people_make_meanwhile_is_lost_unreported(played: list[Act], tmp_path: Path) -> None:
    """QuickBooks keeps every edit; HubSpot cannot, and each overwritten value is told."""
    found = edit_meanwhile(played[1], tmp_path)
    assert min(found.made.values()) >= 1
    assert found.lost == []
    assert found.reported >= 1


@pytest.mark.parametrize(("bad", "bound"), [(1, 16), (3, 42)])
def test_bad_rows_are_found_within_the_bound(bad: int, bound: int, tmp_path: Path) -> None:
    """2·k·⌈log₂(100/k)⌉ + 2·k further requests at most."""
    assert 0 < bisection(tmp_path, bad) <= bound
