"""Nights killed with SIGKILL and nights whose answers are lost: some points of each kind; `make torture` takes them all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hsqbo_pipeline_tests.nights.torture.bisect import bisection
from hsqbo_pipeline_tests.nights.torture.kill import Act, busy_day, first_load, kill_once
from hsqbo_pipeline_tests.nights.torture.trouble import chaos, edit_meanwhile, lose_answers

pytestmark = pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="processes are forked here")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Act]:
    """The first load of a small town, and a day of edits in it."""
    return [play(tmp_path_factory.mktemp(play.__name__), 3) for play in (first_load, busy_day)]


@pytest.mark.rule("N13")
@pytest.mark.parametrize("part", [0.6, 0.8])
@pytest.mark.parametrize("place", [0, 1], ids=["first load", "busy day"])
def test_a_night_killed_anywhere_and_run_once_more_ends_as_if_undisturbed(
    played: list[Act], place: int, part: float, tmp_path: Path
) -> None:
    """One clean night after a SIGKILL: each record exactly once, links one to one, nothing left open."""
    act = played[place]
    assert kill_once(act, act.deaths[int(len(act.deaths) * part)], tmp_path / "killed") is None


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
