"""`hsqbo worklist` and `hsqbo decide`: questions out, answers back."""

from __future__ import annotations

import getpass
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.reports.answers import Answer, read_answers
from hsqbo_pipeline.reports.worklist import write_worklist
from hsqbo_pipeline.runs import steer
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.settings import load as load_settings
from hsqbo_pipeline.store.warehouse import Warehouse


@app.command()
def worklist(
    output: Annotated[
        Path | None, typer.Option(help="The file; without it, worklist.xlsx in the data folder's reports.")
    ] = None,
) -> None:
    """Write every question that only a person can answer into a spreadsheet with a column for the answer."""
    path, found = write_worklist(load_settings().data, output)
    out.print(f"{found:,} open questions: {path}", markup=False, soft_wrap=True)


@app.command()
def decide(
    file: Annotated[Path, typer.Argument(help="The worklist with its answers, xlsx or csv.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the answers and decide nothing.")] = False,
) -> None:
    """Take the answers of a worklist. All of them are checked first; the next run acts on them."""
    settings = load_settings()
    answers = read_answers(settings.data, file)
    if not dry_run and answers:
        with steer.steering(settings, "decide") as warehouse:
            linked = {answer.line: _pair(warehouse, answer) for answer in answers if answer.decision == "link"}
            for answer in answers:
                _take(warehouse, settings, answer, linked.get(answer.line))
    counted = ", ".join(f"{count} {word}" for word, count in sorted(Counter(each.decision for each in answers).items()))
    out.print(f"{'Checked' if dry_run else 'Taken'}: {counted or 'no answer was filled in'}.", markup=False)


def _pair(warehouse: Warehouse, answer: Answer) -> tuple[steer.Named, steer.Named]:
    """Both records of a link, looked up before anything is written. Raises ConfigurationError for a partner nobody knows."""
    own = _record(answer)
    try:
        partner = steer.find(warehouse.con, answer.partner or "", own.entity, own.system.other)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, line=answer.line, field="partner", value=answer.partner) from error
    return (own, partner) if own.system is System.HUBSPOT else (partner, own)


def _take(
    warehouse: Warehouse, settings: Settings, answer: Answer, pair: tuple[steer.Named, steer.Named] | None
) -> None:
    if pair is not None:
        steer.link_pair(warehouse, *pair, settings)
        return
    verb, value = ("winner", answer.decision) if answer.decision in set(System) else (answer.decision, None)
    steer.decide(
        warehouse, _record(answer), verb, who=getpass.getuser(), why=answer.why, until=answer.until, value=value
    )


def _record(answer: Answer) -> steer.Named:
    """The record a decision is kept under: HubSpot's where there is one."""
    system = System.HUBSPOT if answer.hubspot_id else System.QUICKBOOKS
    return steer.Named(Entity(answer.entity), system, answer.id_on(system) or "")
