"""`hsqbo undo`: take a run back."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import say, summary


@app.command()
def undo(
    run: Annotated[str, typer.Argument(help="The run's number or id.")],
    approve: Annotated[str | None, typer.Option(help="The hash of the undo plan that was shown, or `auto`.")] = None,
    why: Annotated[str | None, typer.Option(help="Why; kept with the plan.")] = None,
) -> None:
    """Plan the reversal of a run; with --approve, carry it out.

    What the run made is voided, deactivated or archived and not made again; what it changed is put back where nobody has
    touched it since; paid, closed or e-mailed documents are refused with the reason.
    """
    from hsqbo_pipeline.model.rules import load as load_rules
    from hsqbo_pipeline.runs.request import Kind, Request
    from hsqbo_pipeline.runs.undo import undo as run_undo
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    request = Request(kind=Kind.UNDO, approve=approve, approved_by=getpass.getuser(), why=why)
    ended = run_undo(
        settings, load_rules(settings.rules), run, request, progress=lambda stage, said: say(f"{stage}: {said}")
    )
    summary(ended)
    raise typer.Exit(int(ended.exit_code))
