"""Before anything is made on a side, that side is asked once more: by our mark, and by the key it must be unique in.

The rules are asked which records they would create now; each is looked for by reads that see every write at once
(HubSpot batch read by a unique property, QuickBooks query), in batches as large as the API takes. What is found enters
the mirror, and matching is done again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import anyio

from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.core import customers, invoices, payments, products
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.extract.attempts import Attempt, note_failure
from hsqbo_pipeline.extract.ties import READ_WITH, stage_read
from hsqbo_pipeline.mapping.properties import hubspot_properties
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS, Entity, System
from hsqbo_pipeline.model.operations import Step, StepAction
from hsqbo_pipeline.store import mirror
from hsqbo_pipeline.store.associations import StagedAssociations
from hsqbo_pipeline.store.landing import Landing
from hsqbo_pipeline.store.staging import Record

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

_PLANNERS = {
    Entity.CUSTOMER: customers.plan,
    Entity.PRODUCT: products.plan,
    Entity.INVOICE: invoices.plan,
    Entity.PAYMENT: payments.plan,
}
# Kinds of documents that share one sequence of numbers.
_NUMBERED = ("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt")
# What a new entry is known by in QuickBooks, beside what its step says: path in its body -> property to ask for.
_KEYS: dict[str, dict[str, str]] = {
    "Customer": {"DisplayName": "DisplayName", "PrimaryEmailAddr.Address": "PrimaryEmailAddr"},
    "Item": {"Name": "Name", "Sku": "Sku"},
    "Payment": {"PaymentRefNum": "PaymentRefNum"},
    **{name: {"DocNumber": "DocNumber"} for name in _NUMBERED},
}

# (object, property) -> values to ask for
Questions = dict[tuple[str, str], list[str]]


async def look_up(warehouse: Warehouse, clients: Clients, situation: Situation, entity: Entity) -> int:
    """Ask both sides for what the rules would create there; how many records of the mirror that changed.

    Anything above zero means: validate and match once more. A failure becomes that object's row in `reads`, so that
    nothing is created there in this run.
    """
    verdicts = _PLANNERS[entity](warehouse.con, situation)
    steps = [operation.steps[0] for verdict in verdicts for operation in verdict.operations if operation.steps]
    creates = [step for step in steps if step.action is StepAction.CREATE]
    found = _Found(warehouse, clients, situation)
    async with anyio.create_task_group() as tasks:
        for (name, key), values in hubspot_questions(creates, situation).items():
            tasks.start_soon(found.in_hubspot, name, key, values)
        for (name, key), values in quickbooks_questions(creates).items():
            tasks.start_soon(found.in_quickbooks, name, key, values)
    if found.changed:
        with warehouse.transaction() as con:
            mirror.touch_related(con, situation.run_id)
    return found.changed


def hubspot_questions(creates: Iterable[Step], situation: Situation) -> Questions:
    """By mark where it is unique in this portal, contacts by e-mail too. Children of a new parent can't be there yet."""
    asked: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for step in creates:
        find = step.find or {}
        if step.system is not System.HUBSPOT or not isinstance(find.get("value"), str):
            continue
        if find["property"] == "qbo_id" and step.object in situation.portal.unique_marks:
            asked[step.object, "qbo_id"][find["value"]] = None
        email = step.body.get("email")
        if step.object == "contacts" and isinstance(email, str) and email:
            asked[step.object, "email"][email] = None
    return {question: list(values) for question, values in asked.items()}


def quickbooks_questions(creates: Iterable[Step]) -> Questions:
    """By the names and numbers a new entry will have; a document's number is looked for in all kinds that share it."""
    asked: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for step in creates:
        if step.system is not System.QUICKBOOKS:
            continue
        for path, name in _KEYS.get(step.object, {}).items():
            value = _at(step.body, path)
            if isinstance(value, str) and value and value != "AUTO_GENERATE":
                for each in _NUMBERED if name == "DocNumber" else (step.object,):
                    asked[each, name][value] = None
    return {question: list(values) for question, values in asked.items()}


def _at(body: Any, path: str) -> Any:
    for part in path.split("."):
        body = body.get(part) if isinstance(body, dict) else None
    return body


class _Found:
    """What the look-ups of one entity brought."""

    def __init__(self, warehouse: Warehouse, clients: Clients, situation: Situation) -> None:
        self._warehouse = warehouse
        self._clients = clients
        self._run_id = situation.run_id
        self._properties = {name: hubspot_properties(name, situation.rules) for name in HUBSPOT_OBJECTS}
        self.changed = 0

    async def in_hubspot(self, name: str, key: str, values: list[str]) -> None:
        """Records of an object whose unique property is one of `values`."""
        with Landing(self._warehouse.data, self._run_id).pages("hubspot", name) as file:
            going = Attempt("hubspot", name, file)
            try:
                found = await self._clients.hubspot.batch_read(name, values, self._properties[name], id_property=key)
                for page in found.pages:
                    going.take(page)
                await self._keep(going, found.records)
            except HsqboError as error:
                note_failure(self._warehouse, self._run_id, going, error)

    async def in_quickbooks(self, name: str, key: str, values: list[str]) -> None:
        """Rows of an entity, inactive ones included, whose property is one of `values`."""
        with Landing(self._warehouse.data, self._run_id).pages("quickbooks", name) as file:
            going = Attempt("quickbooks", name, file)
            try:
                async for page in self._clients.quickbooks.query_in_pages(name, key, values):
                    await self._keep(going, going.take(page).records)
            except HsqboError as error:
                note_failure(self._warehouse, self._run_id, going, error)

    async def _keep(self, going: Attempt, records: Sequence[Record]) -> None:
        if not records:
            return
        con, system, name = self._warehouse.con, going.system, going.name
        ids = [_id(record) for record in records]
        unknown = sorted(set(ids) - mirror.live(con, system, name, ids))
        with StagedAssociations(con, name) as ties:
            for to in READ_WITH.get(name, ()) if unknown else ():
                links = await self._clients.hubspot.associations_read(name, to, unknown)
                stage_read(ties, to, links.links)
            with self._warehouse.transaction():
                loaded = mirror.load(con, self._run_id, system, name, records)
                ties.merge(self._run_id)
        self.changed += loaded.changed


def _id(record: Record) -> str:
    return str(record.get("Id") or record["id"])
