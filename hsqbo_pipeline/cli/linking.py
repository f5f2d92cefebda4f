"""Commands that find links instead of making records: `adopt`, `rebuild`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, say, table
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.runs.linking import Linked

AsJson = Annotated[bool, typer.Option("--json", help="JSON for machines.")]
_COLUMNS = ("object", "record", "hubspot", "quickbooks")


@app.command()
def rebuild(as_json: AsJson = False) -> None:
    """Make the links anew after the warehouse was lost, from the marks in both systems and from decisions.yaml.

    Creates and changes nothing on either side. The next run then goes on where the lost one stood.
    """
    from hsqbo_pipeline.model.rules import load as load_rules
    from hsqbo_pipeline.runs.rebuild import rebuild as run_rebuild
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    done = run_rebuild(settings, load_rules(settings.rules), progress=None if as_json else _progress)
    _tell(done, as_json, "linked again")


@app.command()
def adopt(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be linked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Link the pairs that HubSpot's own sync (or an older one) has made; writes nothing on either side.

    Switch that sync off first. What could not be tied is listed with the reason; `hsqbo link` ties single records.
    """
    from hsqbo_pipeline.model.rules import load as load_rules
    from hsqbo_pipeline.runs.adopt import adopt as run_adopt
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    done = run_adopt(settings, load_rules(settings.rules), dry_run=dry_run, progress=None if as_json else _progress)
    _tell(done, as_json, "would be linked" if dry_run else "linked")


def _progress(stage: str, said: str) -> None:
    say(f"{stage}: {said}")


def _tell(done: Linked, as_json: bool, verb: str) -> None:
    """What was linked and what was not, and why; the exit code of the run."""
    rows = [one.as_row() for one in done.findings]
    if as_json:
        said = {"counts": done.counts, "findings": rows, "problems": list(done.problems)}
        out.print(json.dumps(said, default=str), markup=False, soft_wrap=True)
    else:
        tied = [row for row, one in zip(rows, done.findings, strict=True) if one.tied]
        left = [row for row, one in zip(rows, done.findings, strict=True) if not one.tied]
        table(f"{len(tied)} pairs {verb}", (*_COLUMNS, "owner", "linked by"), tied)
        table(f"{len(left)} records not linked", (*_COLUMNS, "not linked because"), left)
        for sentence in (*done.problems, *(done.ended.problems if done.ended else ())):
            out.print(sentence, markup=False)
        out.print("Nothing was written on either side.")
    raise typer.Exit(int(done.ended.exit_code if done.ended else ExitCode.DONE))
