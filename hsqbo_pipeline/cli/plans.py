"""`hsqbo plan show` and `hsqbo plan list`: what a run means to do, what became of it, and who said yes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, table
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.reports.plans import listed as all_plans
from hsqbo_pipeline.reports.plans import of_hash, totals
from hsqbo_pipeline.reports.published import open_published
from hsqbo_pipeline.reports.words import money
from hsqbo_pipeline.settings import load as load_settings

AsJson = Annotated[bool, typer.Option("--json", help="JSON for machines.")]
plans_app = typer.Typer(help="Look at plans.", no_args_is_help=True)
app.add_typer(plans_app, name="plan")


@plans_app.command("show")
def plan_show(
    plan: Annotated[str | None, typer.Argument(help="The hash or its beginning; without it, the newest plan.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as an HTML page to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """A plan: every operation with its field differences, totals, and why it waits."""
    with open_published(load_settings().data) as con:
        found = of_hash(con, plan or "")
    if found is None:
        raise ConfigurationError(
            f"There is no plan {plan or ''}. `hsqbo sync --dry-run` makes one.", field="plan", value=plan
        )
    row, operations = found
    if html is not None:
        from hsqbo_pipeline.reports.html.plan_page import write_plan

        out.print(f"Plan: {write_plan(html, row, operations)}", markup=False, soft_wrap=True)
    elif as_json:
        out.print(
            json.dumps({"plan": row, "operations": operations}, default=str, indent=1), markup=False, soft_wrap=True
        )
    else:
        _print_plan(row, operations)


@plans_app.command("list")
def plan_list(
    limit: Annotated[int, typer.Option(min=1, help="How many of them.")] = 30,
    as_json: AsJson = False,
) -> None:
    """The plans so far, newest first: what they came to, who approved them, when and why."""
    with open_published(load_settings().data) as con:
        found = all_plans(con, limit)
    if as_json:
        out.print(json.dumps(found, default=str, indent=1), markup=False, soft_wrap=True)
        return
    shown = [
        {**row, "hash": row["hash"][:12], "made": _when(row["created_at"]), "at": _when(row["approved_at"])}
        for row in found
    ]
    columns = ("hash", "made", "run", "operations", "status", "approved_by", "at", "why")
    table("Plans", columns, shown)


def _when(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _print_plan(plan: dict[str, Any], operations: list[dict[str, Any]]) -> None:
    from hsqbo_pipeline.runs.plan_story import told

    out.print(f"Plan {plan['hash']} is {plan['status']}, made {_when(plan['created_at'])} UTC", markup=False)
    if plan["approved_by"]:
        why = f": {plan['why']}" if plan["why"] else ""
        out.print(f"  approved by {plan['approved_by']} at {_when(plan['approved_at'])} UTC{why}", markup=False)
    for reason in json.loads(plan["reasons"] or "[]"):
        out.print(f"  waits: {reason['count']} {reason['what']} (limit {reason['limit']})", markup=False)
    for sentence in told(plan):
        out.print(escape(sentence))
    table(
        f"{len(operations)} operations",
        ("object", "to", "action", "record", "changes", "amount", "status"),
        map(_shown, operations),
    )
    sums = [{**row, "amount": money(row["amount"], row["currency"])} for row in totals(operations)]
    table("Together", ("object", "to", "action", "operations", "amount"), sums)


def _shown(operation: dict[str, Any]) -> dict[str, Any]:
    changes = [
        f"{each['field']}: {each['before'] or '(blank)'} -> {each['after'] or '(blank)'}"
        for each in json.loads(operation["changes"])
    ]
    return {
        "object": operation["entity"],
        "to": operation["system"],
        "action": operation["action"],
        "record": operation["label"],
        "changes": "; ".join([*changes, *(f"note: {each}" for each in json.loads(operation["warnings"] or "[]"))]),
        "amount": money(operation["amount"], operation["currency"]),
        "status": operation["status"],
    }
