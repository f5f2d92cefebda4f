"""A look at linked HubSpot records whose QuickBooks partner changed: an archived or merged one shows in no search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.extract.attempts import Attempt, note_failure
from hsqbo_pipeline.extract.vanished import told_apart
from hsqbo_pipeline.extract.windows import Reading
from hsqbo_pipeline.store import links, mirror
from hsqbo_pipeline.store.landing import Landing

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

SYSTEM = "hubspot"


async def read_partners(warehouse: Warehouse, client: HubSpotClient, reading: Reading) -> None:
    """Read them by id, a hundred a request. A failure becomes that object's row in `reads`."""
    for name, ids in links.unread_partners(warehouse.con, reading.run_id).items():
        with Landing(warehouse.data, reading.run_id).pages(SYSTEM, name) as file:
            going = Attempt(SYSTEM, name, file)
            try:
                await _read(warehouse, client, reading, going, ids)
            except HsqboError as error:
                note_failure(warehouse, reading.run_id, going, error)


async def _read(warehouse: Warehouse, client: HubSpotClient, reading: Reading, going: Attempt, ids: list[str]) -> None:
    found = await client.batch_read(going.name, ids, reading.properties[going.name])
    for page in found.pages:
        going.landed(page.raw, page.time, page.request_id)
    gone = await told_apart(client, going.name, found.missing, found.moved)
    with warehouse.transaction() as con:
        mirror.load(con, reading.run_id, SYSTEM, going.name, found.records)
        mirror.mark_gone(con, reading.run_id, SYSTEM, going.name, gone)
