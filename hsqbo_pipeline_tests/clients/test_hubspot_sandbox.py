"""The HubSpot client against the simulated portal over real sockets: shapes, limits, faults and their cost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from pydantic import SecretStr

from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.clients.hubspot.answers import Association, CreateInput, UpdateInput, UpsertInput
from hsqbo_pipeline.clients.hubspot.association_types import TYPE_IDS
from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.clients.hubspot.faults import existing_id
from hsqbo_pipeline.clients.opening import hubspot_token, open_hubspot
from hsqbo_pipeline.errors import AuthenticationError, HsqboError, RateLimitError, RecordError, UncertainError
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running

T = TypeVar("T")
MARK = {
    "name": "qbo_id",
    "label": "QuickBooks id",
    "type": "string",
    "fieldType": "text",
    "groupName": "qbo_sync",
    "hasUniqueValue": True,
}


@pytest.fixture(scope="module")
def served() -> Iterator[RunningSandbox]:
    with running(SandboxConfig(limits=False)) as sandbox:
        yield sandbox


@pytest.fixture
def portal(served: RunningSandbox) -> Iterator[RunningSandbox]:
    """An empty portal without faults."""
    served.sandbox.reset("hubspot")
    served.sandbox.limits["hubspot"].enabled = False
    yield served
    served.sandbox.faults["hubspot"].clear()


def _ask(portal: RunningSandbox, main: Callable[[HubSpotClient], Awaitable[T]], token: str = "pat-sandbox") -> T:
    """Run `main` with a client whose waiting moves the sandbox's clock instead of ours."""

    waited = [0.0]

    async def sleep(seconds: float) -> None:
        portal.sandbox.clock.advance(seconds)
        waited[0] += seconds
        await asyncio.sleep(0)

    def monotonic() -> float:
        return time.monotonic() + waited[0]

    async def work() -> T:
        tokens = hubspot_token(SecretStr(token))
        client = open_hubspot(portal.hubspot_url, "2026-09", tokens, clock=Clock(monotonic=monotonic, sleep=sleep))
        try:
            return await main(client)
        finally:
            await client.aclose()

    return asyncio.run(work())


async def _marked(client: HubSpotClient, *objects: str) -> None:
    for name in objects:
        await client.create_property_group(name, "qbo_sync", "QuickBooks")
        done = await client.create_properties(name, [MARK])
        assert (done.created, done.refused) == (["qbo_id"], {})


def _faults(portal: RunningSandbox, *rules: dict[str, Any]) -> None:
    portal.sandbox.faults["hubspot"].load([{"system": "hubspot", **rule} for rule in rules])


def test_upsert_read_update_search_archive(portal: RunningSandbox) -> None:
    """The whole life of masters through batches, each answer on its own input."""

    async def main(client: HubSpotClient) -> None:
        await _marked(client, "products")
        inputs = [UpsertInput(f"t{n}", f"1:{n}", {"name": f"P{n}", "price": "1.10"}) for n in range(100)]
        made = await client.batch_upsert("products", "qbo_id", inputs)
        assert all(answer.record and answer.record["new"] for answer in made)
        assert [answer.record["properties"]["qbo_id"] for answer in made if answer.record] == [
            f"1:{n}" for n in range(100)
        ]
        ids = [answer.record["id"] for answer in made if answer.record]
        again = await client.batch_upsert("products", "qbo_id", inputs[:3])
        assert [(answer.record["id"], answer.record["new"]) for answer in again if answer.record] == [
            (record_id, False) for record_id in ids[:3]
        ]
        updates = [UpdateInput(f"u{n}", ids[n], {"name": f"Q{n}"}) for n in range(5)]
        changed = await client.batch_update("products", updates)
        assert [answer.record["id"] for answer in changed if answer.record] == ids[:5]
        await client.batch_archive("products", ids[50:])
        read = await client.batch_read("products", [*ids[:5], ids[60], "999"], ["name", "qbo_id"])
        assert [record["properties"]["name"] for record in read.records] == [f"Q{n}" for n in range(5)]
        assert read.missing == [ids[60], "999"]
        listed = [record async for page in client.list_pages("products", ["name"]) for record in page.records]
        assert len(listed) == 50
        portal.sandbox.clock.advance(3600)  # search lags behind writes
        group = [{"propertyName": "qbo_id", "operator": "HAS_PROPERTY"}]
        found = [r async for page in client.search_pages("products", [group], ["name"], page=20) for r in page.records]
        assert [record["id"] for record in found] == sorted(ids[:50], key=int)

    _ask(portal, main)


def test_a_bad_row_of_a_create_does_not_sink_the_others(portal: RunningSandbox) -> None:
    """207: the good are made, the bad named with their reason and the property."""

    async def main(client: HubSpotClient) -> None:
        inputs = [
            CreateInput("a", {"email": "Ada@Example.com"}),
            CreateInput("b", {"email": "not an address"}),
            CreateInput("c", {"email": "carl@example.com", "no_such_property": "1"}),
        ]
        good, bad, worse = await client.batch_create("contacts", inputs, "email")
        assert good.record is not None
        assert good.record["properties"]["email"] == "ada@example.com"
        assert isinstance(bad.error, RecordError)
        assert isinstance(worse.error, RecordError)
        assert (bad.error.code, worse.error.code) == ("ID_BAD_EMAIL", "CFG_FIELD_MISSING")

    _ask(portal, main)


def test_an_existing_address_is_refused_with_its_holder(portal: RunningSandbox) -> None:
    """A contact that exists is a conflict of its own input, and the holder's id can be read from the error."""

    async def main(client: HubSpotClient) -> None:
        (first,) = await client.batch_create("contacts", [CreateInput("a", {"email": "ada@example.com"})], "email")
        inputs = [CreateInput("b", {"email": "ADA@example.com"}), CreateInput("c", {"email": "bob@example.com"})]
        taken, made = await client.batch_create("contacts", inputs, "email")
        assert made.record is not None
        assert isinstance(taken.error, RecordError)
        assert taken.error.code == "ID_DUPLICATE_IN_BATCH"
        assert existing_id(taken.error.detail or "") == first.record["id"] if first.record else False

    _ask(portal, main)


def test_children_are_made_on_their_parent_and_found_from_it(portal: RunningSandbox) -> None:
    """Inline associations on creation, bulk reads from the parent, and bulk creation and archiving of others."""

    async def main(client: HubSpotClient) -> None:
        (contact,) = await client.batch_create("contacts", [CreateInput("c", {"email": "a@b.co"})], "email")
        (other,) = await client.batch_create("contacts", [CreateInput("d", {"email": "d@b.co"})], "email")
        assert contact.record
        assert other.record
        to_contact = Association(contact.record["id"], TYPE_IDS["invoices", "contacts"])
        invoice = CreateInput("i", {"hs_currency": "USD", "hs_invoice_billable": "false"}, (to_contact,))
        (made,) = await client.batch_create("invoices", [invoice])
        assert made.record
        invoice_id = made.record["id"]
        to_invoice = Association(invoice_id, TYPE_IDS["line_items", "invoices"])
        lines = [
            CreateInput(f"l{n}", {"name": f"L{n}", "price": "2", "quantity": "1", "hs_sku": f"S{n}"}, (to_invoice,))
            for n in range(3)
        ]
        answers = await client.batch_create("line_items", lines, "hs_sku")
        line_ids = {answer.record["id"] for answer in answers if answer.record}
        read = await client.associations_read("invoices", "line_items", [invoice_id, "999"])
        assert {found.id for found in read.links[invoice_id]} == line_ids
        assert read.links["999"] == []
        both = [(invoice_id, other.record["id"], TYPE_IDS["invoices", "contacts"])]
        await client.associations_create("invoices", "contacts", both)
        ties = await client.associations_read("invoices", "contacts", [invoice_id])
        assert {found.id for found in ties.links[invoice_id]} == {contact.record["id"], other.record["id"]}
        await client.associations_archive("invoices", "contacts", [(invoice_id, other.record["id"])])
        ties = await client.associations_read("invoices", "contacts", [invoice_id])
        assert [found.id for found in ties.links[invoice_id]] == [contact.record["id"]]
        pages = [page async for page in client.list_pages("invoices", ["hs_currency"], ["line_items", "contacts"])]
        assert len(pages[0].records[0]["associations"]) == 2

    _ask(portal, main)


def test_a_merged_contact_is_found_under_its_survivor(portal: RunningSandbox) -> None:
    """Both old ids lead to the survivor's new one."""

    async def main(client: HubSpotClient) -> None:
        inputs = [CreateInput(f"c{n}", {"email": f"c{n}@b.co"}) for n in range(3)]
        made = await client.batch_create("contacts", inputs, "email")
        ids = [answer.record["id"] for answer in made if answer.record]
        survivor = portal.sandbox.hubspot.person(
            {"action": "merge", "object": "contacts", "into": ids[0], "from": ids[1]}
        )
        read = await client.batch_read("contacts", ids, ["email"])
        new_ids = {record["id"] for record in read.records} - {ids[2]}
        assert len(new_ids) == 1
        assert read.moved == {old: new_ids.copy().pop() for old in ids[:2] if old not in new_ids}, survivor
        assert read.missing == []

    _ask(portal, main)


@pytest.mark.parametrize(
    "do", ["429_ten_secondly", "423", "500", "502", "html_maintenance", "reset_before", "empty_body"]
)
def test_reads_survive_every_passing_fault(portal: RunningSandbox, do: str) -> None:
    """A read meets the fault once and is answered the second time."""
    _faults(portal, {"when": {"nth": 1}, "do": do})

    async def main(client: HubSpotClient) -> int:
        assert len(await client.properties("contacts")) > 5
        return client.counts.retries

    assert _ask(portal, main) == 1


@pytest.mark.rule("D12", "SYS_OUTCOME_UNCERTAIN")
@pytest.mark.parametrize("do", ["apply_then_reset", "apply_then_500", "close_mid_body"])
def test_a_write_whose_answer_is_lost_was_sent_once(portal: RunningSandbox, do: str) -> None:
    """The record is there once; the client says that it does not know."""
    _faults(portal, {"when": {"nth": 1}, "do": do})

    async def main(client: HubSpotClient) -> int:
        with pytest.raises(UncertainError):
            await client.batch_create("companies", [CreateInput("a", {"name": "Once"})], "name")
        pages = [page async for page in client.list_pages("companies", ["name"])]
        return sum(len(page.records) for page in pages)

    assert _ask(portal, main) == 1


@pytest.mark.parametrize(
    ("do", "kind", "code"),
    [("429_daily", RateLimitError, "RATE_HS_DAILY"), ("401", AuthenticationError, "AUTH_HS_EXPIRED")],
)
def test_what_stops_a_run_stops_it_at_the_first_request(
    portal: RunningSandbox, do: str, kind: type[HsqboError], code: str
) -> None:
    """No waiting for midnight or for a token that will not come."""
    _faults(portal, {"do": do})

    async def main(client: HubSpotClient) -> int:
        with pytest.raises(kind) as caught:
            await client.account_details()
        assert caught.value.code == code
        return client.counts.total

    assert _ask(portal, main) == 1


@pytest.mark.rule("D6", "AUTH_MISSING_SCOPES")
def test_a_read_only_token_is_told_apart_from_a_dead_one(portal: RunningSandbox) -> None:
    """Reading works, writing names the missing right, an unknown token the login."""

    async def write(client: HubSpotClient) -> str:
        assert (await client.probe()).account_id
        with pytest.raises(AuthenticationError) as caught:
            await client.batch_create("contacts", [CreateInput("a", {"email": "a@b.co"})])
        return caught.value.code

    async def ask(client: HubSpotClient) -> str:
        with pytest.raises(AuthenticationError) as caught:
            await client.probe()
        assert "pat-nobody-knows" not in str(caught.value)
        return caught.value.code

    assert _ask(portal, write, "pat-readonly") == "AUTH_MISSING_SCOPES"
    assert _ask(portal, ask, "pat-nobody-knows") == "AUTH_HS_EXPIRED"


def test_a_read_at_full_speed_meets_no_429(portal: RunningSandbox, caplog: pytest.LogCaptureFixture) -> None:
    """With the real limits on, 250 requests are let through by the server, and no log line holds the token."""
    portal.sandbox.limits["hubspot"].enabled = True

    async def main(client: HubSpotClient) -> tuple[int, int]:
        await asyncio.gather(*(client.properties("products") for _ in range(250)))
        return client.counts.total, client.counts.throttled

    with caplog.at_level(logging.DEBUG):
        assert _ask(portal, main) == (250, 0)
    assert "pat-sandbox" not in caplog.text
