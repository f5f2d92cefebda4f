"""What the HubSpot portal says of itself: account details, tax rates, definitions of properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.errors import AuthenticationError, HsqboError
from hsqbo_pipeline.extract.attempts import Attempt, attempt
from hsqbo_pipeline.extract.windows import Reading, read_since
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS
from hsqbo_pipeline.store import mirror, reads
from hsqbo_pipeline.store.mirror import Gone
from hsqbo_pipeline.store.reads import MirrorState
from hsqbo_pipeline.store.staging import Staging, payload_text

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

SQL = Statements(Path(__file__).parent / "sql")
SYSTEM = "hubspot"
ACCOUNT = "account"
TAX_RATES = "tax_rates"
DEFINITIONS = "property_definitions"


async def read_portal(warehouse: Warehouse, client: HubSpotClient, reading: Reading) -> None:
    """Account and tax rates in every run (two requests); property definitions when something is read whole."""

    async def account(going: Attempt) -> None:
        details = await client.account_details()
        _keep(warehouse, reading, going, [{"id": str(details.get("portalId", "")), **details}])

    async def rates(going: Attempt) -> None:
        try:
            found = await client.tax_rates()
        except AuthenticationError as error:
            if error.code != "AUTH_MISSING_SCOPES":
                raise
            # A portal may keep its tax library to itself: lines then carry no rate we know, and say so one by one.
            _keep(warehouse, reading, going, [], code=error.code, detail=str(error))
            return
        _keep(warehouse, reading, going, [{**rate, "id": str(rate.get("id", ""))} for rate in found])

    async def definitions(going: Attempt) -> None:
        found, failure = await _definitions(client)
        if failure is not None:
            # What can be known of the other objects is kept; which marks are unique decides how records are made.
            with warehouse.transaction() as con:
                mirror.load(con, reading.run_id, SYSTEM, DEFINITIONS, found)
            raise failure
        _keep(warehouse, reading, going, found)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(attempt, warehouse, reading.run_id, SYSTEM, ACCOUNT, account)
        tasks.start_soon(attempt, warehouse, reading.run_id, SYSTEM, TAX_RATES, rates)
        if _definitions_wanted(warehouse, reading):
            tasks.start_soon(attempt, warehouse, reading.run_id, SYSTEM, DEFINITIONS, definitions)


async def _definitions(client: HubSpotClient) -> tuple[list[dict[str, Any]], HsqboError | None]:
    """Definitions of every object that gives them, and the last failure."""
    found: list[dict[str, Any]] = []
    failure = None
    for name in HUBSPOT_OBJECTS:
        try:
            given = await client.properties(name)
        except HsqboError as error:
            failure = error
            continue
        found += [{**definition, "id": f"{name}.{definition['name']}", "object": name} for definition in given]
    return found, failure


def _definitions_wanted(warehouse: Warehouse, reading: Reading) -> bool:
    """They change when people do, not every night; whatever makes an object be read whole makes them be read too, and so
    does a field that was wrong in the last run: whoever has mended it is not told the same again."""
    if SQL.rows(warehouse.con, "fields_were_wrong"):
        return True
    states = reads.states(warehouse.con)
    state = states.get((SYSTEM, DEFINITIONS), MirrorState())
    wanted = tuple(sorted({f"{name}.{each}" for name, names in reading.properties.items() for each in names}))
    return reading.definitions or read_since(state, reading, wanted) is None


def _keep(
    warehouse: Warehouse,
    reading: Reading,
    going: Attempt,
    records: Sequence[Mapping[str, Any]],
    *,
    code: str | None = None,
    detail: str | None = None,
) -> None:
    """A short list in its entirety: what is not in it any more is gone."""
    at = datetime.now(UTC)  # for display only; these reads have no watermark to keep
    going.landed(b"[" + b",".join(payload_text(record).encode() for record in records) + b"]", at, None)
    asked = [f"{name}.{each}" for name, names in reading.properties.items() for each in names]
    with Staging(warehouse.con, SYSTEM, going.name) as staged, warehouse.transaction() as con:
        staged.add(records)
        staged.merge(reading.run_id)
        gone = [Gone(each, "deleted") for each in staged.vanished()]
        mirror.mark_gone(con, reading.run_id, SYSTEM, going.name, gone)
        reads.move(con, SYSTEM, going.name, watermark=at, read_at=at, whole=True, properties=sorted(asked))
        reads.record(
            con,
            reading.run_id,
            SYSTEM,
            going.name,
            complete=True,
            read_at=at,
            records=len(records),
            requests=going.requests,
            code=code,
            detail=detail,
        )
