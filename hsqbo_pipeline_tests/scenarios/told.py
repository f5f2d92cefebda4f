"""Plays a scenario for a test: what did not come out as the file expects."""

from __future__ import annotations

from hsqbo_pipeline.scenarios.play import play
from hsqbo_pipeline.scenarios.reading import Scenario


def differences(scenario: Scenario) -> list[str]:
    """What is not as the scenario expects, step by step, in each of its variants."""
    return [
        f"{outcome.variant}, step {step.place} ({step.said}): {problem}"
        for outcome in play(scenario)
        for step in outcome.steps
        for problem in step.problems
    ]
