"""`hsqbo audit`: a look at one's own accounts that writes nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, say, table
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.reports.words import money


@app.command()
def audit(
    output: Annotated[
        Path | None, typer.Option(help="The HTML file; without it, one in the data folder's reports.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Everything as JSON for machines; no file is written.")
    ] = False,
) -> None:
    """What matches and what does not, what is doubled or different, what a first night would do. Writes on neither side.

    Needs no set-up but the logins, and read scopes only; a connection that is in use is left alone.
    """
    from hsqbo_pipeline.model.rules import load as load_rules
    from hsqbo_pipeline.reports.html.audit_page import lines, write_audit
    from hsqbo_pipeline.runs.audit import audit as run_audit
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    rules = load_rules(settings.rules)
    found = run_audit(settings, rules, progress=None if as_json else lambda stage, said: say(f"{stage}: {said}"))
    told = asdict(found)
    if as_json:
        out.print(json.dumps(told, default=str), markup=False, soft_wrap=True)
    else:
        path = output or settings.data / "reports" / f"audit-{told['about']['at']:%Y%m%d-%H%M%S}.html"
        _summary(told, lines(told))
        out.print(f"Report: {write_audit(path, told)}", markup=False, soft_wrap=True)
    raise typer.Exit(int(ExitCode.DONE if found.complete else ExitCode.RED))


def _summary(told: dict[str, Any], found: list[dict[str, str]]) -> None:
    """The audit in one screen."""
    about = told["about"]
    table(
        f"{about['company'] or 'QuickBooks'} ({about['realm']}) and portal {about['portal']}",
        ("what", "figure", "in words"),
        [{"what": each["name"], "figure": each["figure"], "in words": each["text"]} for each in found],
    )
    actions = told["first_night"].get("actions", [])
    if actions:
        rows = [
            {"action": row["action"], "object": row["entity"], "in": row["system"], "records": row["operations"],
             "amount": money(row["amount"], row["currency"])}
            for row in actions
        ]  # fmt: skip
        table("A first night would", ("action", "object", "in", "records", "amount"), rows)
    for problem in told["problems"]:
        out.print(f"not read: {problem['system']} {problem['object']}: {problem['code']}", markup=False)
    out.print(f"{about['requests']:,} requests, {about['writes']:,} writes on either side.", markup=False)
