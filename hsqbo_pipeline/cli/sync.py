"""`hsqbo sync`: one run."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import is_terminal, out, summary
from hsqbo_pipeline.cli.progress import watching
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.settings import load as load_settings

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@app.command()
def sync(
    from_day: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the books to look at again.")
    ] = None,
    to_day: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the books to look at again.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan and report; write nothing on either side.")] = False,
    approve: Annotated[
        str | None,
        typer.Option(help="A plan's hash (the first 12 characters will do), or `auto` for this run's own plan."),
    ] = None,
    why: Annotated[str | None, typer.Option(help="Why the plan is approved; kept with it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print counts per object and state as JSON.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to end.")] = 0.0,
) -> None:
    """One run: read both systems, plan, apply what is approved, prove and report.

    Without days it evaluates what changed since the last run. With days it also looks at the books of those days again.

    Ends with 0 done, 1 red, 2 configuration, 3 waiting for approval, 4 another run is writing, 5 login.
    """
    from hsqbo_pipeline.model.rules import load as load_rules
    from hsqbo_pipeline.runs.sync import sync as run_sync

    settings = load_settings()
    request = Request(
        kind=Kind.BACKFILL if from_day or to_day else Kind.NIGHTLY,
        from_day=from_day.date() if from_day else None,
        to_day=to_day.date() if to_day else None,
        apply=not dry_run,
        approve=approve,
        approved_by=getpass.getuser(),
        why=why,
        wait_for=wait,
    )
    with _told_if_broken(settings):
        rules = load_rules(settings.rules)
        if as_json:
            ended = run_sync(settings, rules, request)
            out.print(ended.as_json(), soft_wrap=True, markup=False)
        else:
            with watching() as watch:
                ended = run_sync(settings, rules, request, progress=watch.said, counted=watch.counted)
            summary(ended)
    raise typer.Exit(int(ended.exit_code))


@contextmanager
def _told_if_broken(settings: Settings) -> Iterator[None]:
    """Nobody reads what cron's run says: where no person is watching, a run that cannot be made is told as alerts are."""
    try:
        yield
    except HsqboError as error:
        if not is_terminal():
            from hsqbo_pipeline.reports.alerts import tell_broken

            tell_broken(
                settings,
                settings.data,
                "Sync",
                str(error),
                "put it right; the next run goes on where this one stopped.",
            )
        raise
