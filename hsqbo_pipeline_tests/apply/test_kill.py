"""The writer killed at every point it has, answers lost after every write: what the nights after make of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline_tests.apply.bench import Bench, KilledError, Killer
from hsqbo_pipeline_tests.apply.scene import Scene


def clean_night(bench: Bench, scene: Scene) -> None:
    """A night in which nothing goes wrong."""
    bench.read()
    bench.settle(may_write=True)
    bench.write(scene.plan())
    bench.write(scene.plan())  # what follows from documents that were only just made


def staged(data: Path) -> tuple[Bench, Scene]:
    """Everything before the first night, and that night's read."""
    bench = Bench(data)
    scene = Scene(bench)
    bench.read()
    return bench, scene


def killed_night(bench: Bench, scene: Scene, killer: Killer, *, settling: bool = False) -> None:
    """A night that dies where the killer says so."""
    bench.hook = killer
    try:
        if settling:
            bench.settle(may_write=True)
        bench.write(scene.plan())
    except* KilledError:
        pass
    bench.reopen()


def undisturbed(data: Path) -> tuple[dict[str, list[Any]], list[str]]:
    """The end state of a night without trouble (and of the one after), and the points it went through."""
    bench, scene = staged(data)
    killer = Killer()
    killed_night(bench, scene, killer)
    clean_night(bench, scene)
    picture = scene.picture()
    bench.close()
    return picture, killer.points


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[Any]], list[str]]:
    return undisturbed(tmp_path_factory.mktemp("undisturbed"))


def test_a_second_night_after_an_undisturbed_one_writes_nothing(tmp_path: Path) -> None:
    """What is in step is left alone."""
    bench, scene = staged(tmp_path)
    clean_night(bench, scene)
    clean_night(bench, scene)
    assert scene.plan() == []
    bench.clear_traffic()
    clean_night(bench, scene)
    assert not bench.requests("quickbooks", writes=True)
    assert not bench.requests("hubspot", writes=True)
    bench.close()


ALL = bool(os.environ.get("HSQBO_TORTURE"))
STEP = 1 if ALL else 29  # `make torture` goes through every point; the suite through some of every kind


def check_kill(data: Path, expected: dict[str, list[Any]], points: list[str], at: int) -> None:
    """Killed at a point, then one clean night."""
    bench, scene = staged(data)
    killed_night(bench, scene, Killer(at))
    clean_night(bench, scene)
    assert scene.picture() == expected, f"killed at point {at}: {points[at - 1]}"
    assert not bench.ask("SELECT * FROM journal WHERE status IN ('intended', 'uncertain')")
    bench.close()


@pytest.mark.rule("N13")
def test_killed_at_any_point_and_run_once_more_everything_is_there_once(
    tmp_path: Path, example: tuple[dict[str, list[Any]], list[str]]
) -> None:
    """Before and after each request and each commit; afterwards one clean night gives the state of a night without trouble."""
    expected, points = example
    for at in range(1, len(points) + 1, STEP):
        check_kill(tmp_path / str(at), expected, points, at)


@pytest.mark.rule("N13")
def test_killed_again_while_it_settles_it_still_ends_with_everything_there_once(
    tmp_path: Path, example: tuple[dict[str, list[Any]], list[str]]
) -> None:
    """A night that dies while it looks up what the last one left is looked up by the next."""
    expected, points = example
    for at in range(40, len(points) + 1, STEP * 2):
        bench, scene = staged(tmp_path / str(at))
        killed_night(bench, scene, Killer(at))
        for second in (2, 7, 12):
            bench.read()
            killed_night(bench, scene, Killer(second), settling=True)
        clean_night(bench, scene)
        assert scene.picture() == expected, f"killed at point {at}: {points[at - 1]}"
        bench.close()


@pytest.mark.rule("D12", "N13")
@pytest.mark.parametrize(
    ("trouble", "switches"),
    [("apply_then_reset", {}), ("apply_then_reset", {"hs_unique_on_commerce": False}), ("reset_before", {})],
    ids=["lost", "lost, no unique marks on commerce", "never arrived"],
)
def test_with_every_nth_answer_lost_everything_is_there_once(
    tmp_path: Path, example: tuple[dict[str, list[Any]], list[str]], trouble: str, switches: dict[str, bool]
) -> None:
    """A write whose answer is lost is looked for by mark, by parent or by natural key, and never sent blindly again."""
    expected, _points = example
    for nth in range(2, 14, 1 if ALL else 7):
        bench, scene = staged(tmp_path / str(nth))
        bench.sandbox.switches.change(switches)
        for system in ("hubspot", "quickbooks"):
            bench.faults(system, {"when": {"write": "any", "nth": nth}, "do": trouble})
        bench.write(scene.plan())
        for system in ("hubspot", "quickbooks"):
            bench.faults(system)
        clean_night(bench, scene)
        clean_night(bench, scene)
        assert scene.picture() == expected, f"{trouble} at write {nth}"
        bench.close()
