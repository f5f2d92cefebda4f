"""Plays scenarios: each in every variant, step by step, and what came out as it should not."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.scenarios.arithmetic import wrong_sums
from hsqbo_pipeline.scenarios.reading import Scenario, in_order, laid_over
from hsqbo_pipeline.scenarios.stage import Stage, stage
from hsqbo_pipeline.scenarios.steps import do

Given = list[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class StepOutcome:
    """One step: its place from 1, what it was, and what differs; nothing if all was as expected."""

    place: int
    said: str
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """How a scenario went."""

    id: str
    title: str
    file: str
    variant: str
    steps: list[StepOutcome]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not any(step.problems for step in self.steps)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "passed": self.passed}


def play(scenario: Scenario, told: Callable[[StepOutcome], None] | None = None) -> Iterator[Outcome]:
    """The scenario as written, then each of its variants."""
    for name, varied, given in _variants(scenario):
        yield _play(varied, name, given, told or (lambda _: None))


def _variants(scenario: Scenario) -> Iterator[tuple[str, Scenario, Given]]:
    yield "as written", scenario, _given(scenario)
    for place, variant in enumerate(scenario.variants, 1):
        if isinstance(variant, Mapping) and variant.keys() & {"company", "portal", "rules", "switches", "clock_start"}:
            changed: dict[str, Any] = {
                key: laid_over(getattr(scenario, key), value) if isinstance(value, Mapping) else value
                for key, value in variant.items()
                if key in ("company", "portal", "rules", "switches", "clock_start")
            }
            scenario_then = replace(scenario, **changed)
            yield f"variant {place}", scenario_then, _reordered(scenario_then, variant, place)
        else:
            yield f"variant {place}", scenario, _reordered(scenario, variant, place)


def _given(scenario: Scenario) -> Given:
    return [(system, entry) for system in ("quickbooks", "hubspot") for entry in scenario.given[system]]


def _reordered(scenario: Scenario, variant: Any, place: int) -> Given:
    """The given records in another order: reversed, as listed, or shuffled; each behind those it refers to."""
    found: Given = []
    for system in ("quickbooks", "hubspot"):
        entries = list(scenario.given[system])
        found += [(system, entry) for entry in in_order(entries, _wanted(entries, variant, system, place))]
    return found


def _wanted(entries: list[Mapping[str, Any]], variant: Any, system: str, place: int) -> list[Mapping[str, Any]]:
    order = variant
    if isinstance(variant, Mapping):
        order = variant.get(system, variant.get("given", variant.get("order", "as written")))
        order = order.get(system, "as written") if isinstance(order, Mapping) else order
    if order == "as written":
        return entries
    if isinstance(order, Sequence) and not isinstance(order, str):
        names = [str(each.get("as") if isinstance(each, Mapping) else each).removeprefix("@") for each in order]
        listed = [entry for name in names for entry in entries if entry.get("as") == name]
        return listed + [entry for entry in entries if entry not in listed]
    if "revers" in str(order):
        return entries[::-1]
    return random.Random(place).sample(entries, len(entries))  # noqa: S311 - an order, no secret


def _play(scenario: Scenario, variant: str, given: Given, told: Callable[[StepOutcome], None]) -> Outcome:
    began = time.monotonic()
    steps: list[StepOutcome] = []

    def note(place: int, said: str, problems: list[str]) -> None:
        steps.append(StepOutcome(place, said, problems))
        told(steps[-1])

    if sums := wrong_sums(scenario.checks):
        note(0, "checks", sums)
    try:
        with stage(scenario, given) as made:
            _act(made, scenario, note)
    except (HsqboError, ValueError, LookupError, TypeError) as error:
        note(0, "given", [str(error)])
    return Outcome(scenario.id, scenario.title, scenario.file, variant, steps, round(time.monotonic() - began, 1))


def _act(made: Stage, scenario: Scenario, note: Callable[[int, str, list[str]], None]) -> None:
    for place, step in enumerate(scenario.steps, 1):
        note(place, _said(step), do(made, step))


def _said(step: Mapping[str, Any]) -> str:
    """The step in a few words."""
    name, value = next(iter(step.items()))
    if name == "run":
        return f"run {value['n'] if isinstance(value, Mapping) else value}"
    if name == "person" and isinstance(value, Mapping):
        about = value.get("ref") or value.get("as") or value.get("into") or ""
        return f"person: {value.get('action')} {about} in {value.get('system')}"
    if name in ("expect", "cli") and isinstance(value, Mapping):
        return f"{name} {', '.join(map(str, value))}" if name == "expect" else f"cli {value.get('command')}"
    return str(name)
