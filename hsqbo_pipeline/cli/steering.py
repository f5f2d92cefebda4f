"""Commands that decide about single records; the next run acts on them."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.runs import steer
from hsqbo_pipeline.settings import load as load_settings

Record = Annotated[str, typer.Argument(help="The record's id in HubSpot or QuickBooks.")]
Object = Annotated[Entity | None, typer.Option("--object", help="Which object, where the id alone is not clear.")]
Side = Annotated[System | None, typer.Option("--system", help="Which system, where the id alone is not clear.")]
Why = Annotated[str | None, typer.Option(help="The reason; kept with the decision.")]


@app.command()
def link(
    records: Annotated[
        list[str],
        typer.Argument(
            metavar="[OBJECT] HUBSPOT QUICKBOOKS",
            help="The record's id in HubSpot and in QuickBooks; before them the object, where the ids are not clear.",
        ),
    ],
    entity: Object = None,
) -> None:
    """Tie a HubSpot record and a QuickBooks record together by hand."""
    entity, hubspot, quickbooks = _named_pair(records, entity)
    settings = load_settings()
    with steer.steering(settings, "link") as warehouse:
        ours = steer.find(warehouse.con, hubspot, entity, System.HUBSPOT)
        theirs = steer.find(warehouse.con, quickbooks, ours.entity, System.QUICKBOOKS)
        steer.link_pair(warehouse, ours, theirs, settings)
    out.print(
        f"{ours.entity.value}: HubSpot {ours.id} and QuickBooks {theirs.id} are linked; the next run compares them.",
        markup=False,
    )


def _named_pair(records: list[str], entity: Entity | None) -> tuple[Entity | None, str, str]:
    """Raises ConfigurationError where the words are not two ids, or an object and two ids."""
    match records:
        case [hubspot, quickbooks]:
            return entity, hubspot, quickbooks
        case [word, hubspot, quickbooks] if word in list(Entity):
            return Entity(word), hubspot, quickbooks
    said = " ".join(records)
    raise ConfigurationError(
        f"link wants an id in HubSpot and one in QuickBooks, not: {said}.", field="records", value=said
    )


@app.command()
def unlink(record: Record, entity: Object = None, system: Side = None) -> None:
    """Untie a pair. Neither record is changed, and no key ties or makes it again until it is released with `resume`."""
    with steer.steering(load_settings(), "unlink") as warehouse:
        found = steer.find(warehouse.con, record, entity, system)
        partner = steer.unlink_pair(warehouse, found)
    out.print(
        f"{found.entity.value}: {found.system.value} {found.id} and {partner} are no longer linked.", markup=False
    )


@app.command()
def pause(
    record: Record,
    why: Annotated[str, typer.Option(help="The reason; shown in the report.")],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day of the pause.")] = None,
    entity: Object = None,
    system: Side = None,
) -> None:
    """Keep a record out of the sync for a while."""
    with steer.steering(load_settings(), "pause") as warehouse:
        found = steer.find(warehouse.con, record, entity, system)
        steer.decide(warehouse, found, "pause", who=getpass.getuser(), why=why, until=until.date() if until else None)
    out.print(f"{found.entity.value} {found.id} is paused.", markup=False)


@app.command()
def resume(record: Record, entity: Object = None, system: Side = None) -> None:
    """Let a paused, unlinked or undone record come along again."""
    with steer.steering(load_settings(), "resume") as warehouse:
        found = steer.find(warehouse.con, record, entity, system)
        if not steer.resume(warehouse, found):
            raise ConfigurationError(f"{record} is neither paused nor put aside.", field="record", value=record)
    out.print(f"{found.entity.value} {found.id} comes along again from the next run.", markup=False)


@app.command()
def retry(record: Record, entity: Object = None, system: Side = None) -> None:
    """Send a refused or parked record once more in the next run, although its content has not changed."""
    with steer.steering(load_settings(), "retry") as warehouse:
        found = steer.find(warehouse.con, record, entity, system)
        steer.decide(warehouse, found, "retry", who=getpass.getuser(), until=None)
    out.print(f"{found.entity.value} {found.id} is tried again in the next run.", markup=False)


@app.command()
def ack(
    what: Annotated[str, typer.Argument(help="A code, or a record's id.")],
    why: Annotated[str, typer.Option(help="The reason; kept with it.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="How long to be quiet about it.")],
    entity: Object = None,
    system: Side = None,
) -> None:
    """Say that a problem is known: alerts stay quiet about it until that day. The report goes on listing it."""
    from hsqbo_pipeline.model.codes import CODES

    with steer.steering(load_settings(), "ack") as warehouse:
        if what.upper() in CODES:
            found = steer.Named(Entity.CUSTOMER, System.HUBSPOT, f"code:{what.upper()}")
        else:
            found = steer.find(warehouse.con, what, entity, system)
        steer.decide(warehouse, found, "ack", who=getpass.getuser(), why=why, until=until.date())
    out.print(f"Quiet about {what} until {until:%Y-%m-%d}.", markup=False)
