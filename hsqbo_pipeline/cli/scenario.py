"""`hsqbo scenario run`: nights told in a file, played against a fresh sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out
from hsqbo_pipeline.errors import ConfigurationError, ExitCode

if TYPE_CHECKING:
    from hsqbo_pipeline.scenarios.play import Outcome, StepOutcome

scenario = typer.Typer(help="Play nights told in a file against a fresh sandbox.", no_args_is_help=True)
app.add_typer(scenario, name="scenario")


@scenario.callback()
def _scenarios() -> None:
    """Play nights told in a file against a fresh sandbox."""


@scenario.command("run")
def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scenario files (YAML).")],
    only: Annotated[list[str] | None, typer.Option(help="Only this scenario; may be given more than once.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome of every step as JSON.")] = False,
) -> None:
    """Act every step and say what differs from what the file expects. Exit code 1 if anything does."""
    from hsqbo_pipeline.scenarios.play import play
    from hsqbo_pipeline.scenarios.reading import read

    listed = [each for file in files for each in read(file)]
    chosen = [each for each in listed if not only or each.id in only]
    if not chosen:
        known = ", ".join(each.id for each in listed)
        raise ConfigurationError(
            f"No scenario is called {' or '.join(only or ['?'])}; there are {known}.", field="--only"
        )
    outcomes: list[Outcome] = []
    for each in chosen:
        if not as_json:
            out.print(f"[bold]{escape(each.id)}[/] {escape(each.title)}")
        outcomes += play(each, None if as_json else _told)
    if as_json:
        out.print(json.dumps([outcome.as_dict() for outcome in outcomes], default=str), soft_wrap=True, markup=False)
    else:
        _summary(outcomes)
    raise typer.Exit(0 if all(outcome.passed for outcome in outcomes) else int(ExitCode.RED))


def _told(step: StepOutcome) -> None:
    mark = "[red]✗[/]" if step.problems else "[green]✓[/]"
    out.print(f"  {mark} {step.place:>2} {escape(step.said)}")
    for said in step.problems:
        out.print(f"       {escape(said)}", soft_wrap=True)


def _summary(outcomes: list[Outcome]) -> None:
    failed = [each for each in outcomes if not each.passed]
    for each in failed:
        number = sum(len(step.problems) for step in each.steps)
        out.print(f"[red]{escape(each.id)}[/] ({escape(each.variant)}): {number} differences")
    out.print(f"{len(outcomes) - len(failed)} of {len(outcomes)} as expected.")
