"""Bringing the mirror to now: both systems at once, every object on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.extract.hubspot import HubSpotRead
from hsqbo_pipeline.extract.partners import read_partners
from hsqbo_pipeline.extract.quickbooks import QuickBooksRead
from hsqbo_pipeline.extract.windows import Reading
from hsqbo_pipeline.store import mirror

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse


async def read_all(warehouse: Warehouse, clients: Clients, run: Reading) -> None:
    """Read everything either side has that the mirror has not, whatever days the run is asked to look at.

    An object that was never read completely is read whole. What goes wrong outside our code is a row of `reads` with
    `complete` false, its code and a sentence; the other objects are read all the same.
    """
    with warehouse.transaction() as con:
        mirror.take_over(con, run.run_id)
    async with anyio.create_task_group() as systems:
        systems.start_soon(HubSpotRead(warehouse, clients.hubspot, run).all)
        systems.start_soon(QuickBooksRead(warehouse, clients.quickbooks, run).all)
    await read_partners(warehouse, clients.hubspot, run)
    with warehouse.transaction() as con:
        mirror.touch_related(con, run.run_id)
