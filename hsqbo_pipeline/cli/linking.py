"""Commands about links alone: `adopt` and `rebuild` find them, `forget` ends them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, say, table
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.runs.linking import Linked

AsJson = Annotated[bool, typer.Option("--json", help="JSON for machines.")]
_COLUMNS = ("object", "record", "hubspot", "quickbooks")


@app.command()
def rebuild(
    export: Annotated[
        Path | None,
        typer.Option("--from", help="An export that `hsqbo forget` wrote: its links and agreed values come first."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the links anew after the warehouse was lost, from the marks in both systems and from decisions.yaml.

    Creates and changes nothing on either side. The next run then goes on where the lost one stood.
    """
    from hsqbo_pipeline.model.rules import load as load_rules
    from hsqbo_pipeline.runs.rebuild import rebuild as run_rebuild
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    rules = load_rules(settings.rules)
    done = run_rebuild(settings, rules, export=export, progress=None if as_json else _progress)
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


@app.command()
def forget(
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """End this connection: links are exported and forgotten, no business record is touched on either side.

    Nothing is made anew afterwards: a later set-up first finds the pairs again, with `hsqbo adopt` or `hsqbo rebuild --from FILE`.
    """
    from hsqbo_pipeline.runs.forget import forget as run_forget
    from hsqbo_pipeline.settings import load as load_settings

    if not yes:
        typer.confirm("Forget all links of this connection? They are exported first.", abort=True)
    done = run_forget(load_settings())
    out.print(f"{done.links:,} links are forgotten. They are kept in {done.export}", markup=False, soft_wrap=True)
    out.print(
        "Runs stand still until `hsqbo adopt` or `hsqbo rebuild --from FILE` has found the pairs again.", markup=False
    )


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
