"""Commands that only read what the last run published: status, failures, history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, table
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.reports.published import COLUMNS, SQL, counts, last_run, open_published, records
from hsqbo_pipeline.reports.summary import message
from hsqbo_pipeline.reports.words import brief, plural
from hsqbo_pipeline.settings import load as load_settings
from hsqbo_pipeline.store.landing import answers_about

# A HubSpot customer is a contact or a company; money in QuickBooks comes under several names.
_ANSWERED = {
    (Entity.CUSTOMER, System.HUBSPOT): ("contacts", "companies"),
    (Entity.PAYMENT, System.QUICKBOOKS): ("Payment", "CreditMemo", "RefundReceipt", "SalesReceipt"),
}
AsJson = Annotated[bool, typer.Option("--json", help="JSON for machines.")]


def _json(found: Any) -> None:
    out.print(json.dumps(found, default=str, indent=1), markup=False, soft_wrap=True)


@app.command()
def status(as_json: AsJson = False) -> None:
    """How the two systems stand: the last run in five lines, and records by object and state."""
    with open_published(load_settings().data) as con:
        run, found = last_run(con), counts(con)
        lines = message(con, run).text if run is not None else ""
    if as_json:
        _json({"run": run, "objects": found})
        return
    if run is not None:
        out.print(
            f"Run {run['number']} ({run['kind']}) ended {run['ended_at']:%Y-%m-%d %H:%M} UTC with exit code {run['exit_code']}"
        )
        out.print(lines, markup=False, soft_wrap=True)
    table(
        "Records by object and state",
        ("object", "in_sync", "with_warning", "failing", "excluded", "waiting", "blocked", "records"),
        found,
    )


@app.command()
def failures(
    state: Annotated[
        str | None,
        typer.Option(
            help="in_sync, failing, excluded, waiting or blocked; without it, failing, blocked, and in step with a warning."
        ),
    ] = None,
    code: Annotated[str | None, typer.Option(help="One code, such as ID_EMAIL_SHARED.")] = None,
    entity: Annotated[str | None, typer.Option("--object", help="customer, product, invoice or payment.")] = None,
    direction: Annotated[str | None, typer.Option(help="quickbooks_to_hubspot or hubspot_to_quickbooks.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what began on that day or later.")
    ] = None,
    columns: Annotated[
        str, typer.Option(help=f"Which columns, separated by commas, of: {', '.join(COLUMNS)}.")
    ] = "entity,label,state,code,sentence,fix",
    limit: Annotated[int, typer.Option(min=1, help="How many at a time.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="How many to pass over: 50 is the second page.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Every record left out, with its code, the reason in a sentence, and the fix."""
    wanted = [name.strip() for name in columns.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in COLUMNS]
    if unknown:
        raise ConfigurationError(
            f"There is no column {', '.join(unknown)}. There are: {', '.join(COLUMNS)}.", field="--columns"
        )
    with open_published(load_settings().data) as con:
        found = records(con, state=state, code=code, entity=entity, direction=direction, since=since)
    if state is None and code is None:
        found = [row for row in found if row["state"] in ("FAILING", "BLOCKED") or row["class"] == "WARNING"]
    page = [{name: row[name] for name in wanted} for row in found[offset : offset + limit]]
    if as_json:
        _json(page)
        return
    for row in page:
        row.update({"label": brief(row["label"] or "", 80)} if "label" in row else {})
    table(f"{plural(len(found), 'record')}, shown {offset + 1 if page else 0} to {offset + len(page)}", wanted, page)


def _answers(data: Path, told: Sequence[Row]) -> None:
    """Everything that is still kept of what either system said of a record, under each id it had."""
    ids = {(row["entity"], side, row[f"{side}_id"]) for row in told for side in System if row[f"{side}_id"]}
    for entity, side, record in sorted(ids):
        for name in _ANSWERED.get((Entity(entity), side), (OBJECTS[Entity(entity)][side],)):
            for landed in answers_about(data, side, name, record):
                said = {
                    "at": landed.at,
                    "run": landed.run,
                    "system": side,
                    "object": name,
                    "request": landed.request_id,
                }
                line = json.dumps({**said, "answer": landed.page}, default=str)
                out.print(line, markup=False, soft_wrap=True, highlight=False)


@app.command()
def history(
    record: Annotated[str, typer.Argument(help="An id on either side, or a record key from the report.")],
    entity: Annotated[Entity | None, typer.Option("--object", help="Which object, where several have this id.")] = None,
    answers: Annotated[
        bool,
        typer.Option("--answers", help="Only the raw answers of both systems about it, as kept: a JSON line each."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """A record's life: each run that looked at it, what was written, and the other side's name for the request."""
    asked = {"record": record, "entity": entity.value if entity else None}
    data = load_settings().data
    with open_published(data) as con:
        told, changes, writes = (SQL.rows(con, name, **asked) for name in ("history", "history_changes", "writes"))
    if not told and not writes:
        raise ConfigurationError(
            f"Nothing is known of {record}. Ids are as in the report; `hsqbo failures` shows them.",
            field="record",
            value=record,
        )
    if answers:
        _answers(data, told)
        return
    if as_json:
        _json({"history": told, "changes": changes, "writes": writes})
        return
    for row in (*told, *writes):
        row["at_time"] = f"{row['at_time']:%Y-%m-%d %H:%M:%S}"
    table(
        f"History of {record}",
        ("at_time", "run", "entity", "hubspot_id", "quickbooks_id", "state", "code", "sentence"),
        told,
    )
    changed = [{**row, "from": row["from_side"], "to": row["to_side"]} for row in changes]
    columns = ("run", "entity", "action", "from", "to", "field", "replaced", "value", "rule", "status", "approved_by")
    table("Changes", columns, changed)
    sent = ("at_time", "run", "system", "object", "action", "status", "target_id", "code", "remote_request")
    table("Requests", sent, writes)
