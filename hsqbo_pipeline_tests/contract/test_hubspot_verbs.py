"""Every verb of every object we sync, by HubSpot's own clients: hubspot-sdk on 2026-03 and 2026-09, the older one on v3.

hubspot-sdk speaks 2026-03 alone; for 2026-09 its transport writes the other version into the address, nothing else. Its
types judge every answer (`_strict_response_validation`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hubspot import HubSpot as OlderClient
from hubspot.crm.objects import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
)
from hubspot_sdk import HubSpot

from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running

_PAST_LAG = 10
WRITTEN: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "contacts": ({"firstname": "Ada"}, {"firstname": "Bea"}),
    "companies": ({"name": "Acme"}, {"name": "Bell"}),
    "deals": ({"dealname": "Roof", "dealstage": "contractsent", "pipeline": "default"}, {"dealname": "Wall"}),
    "products": ({"name": "Nail", "price": "0.10"}, {"price": "0.20"}),
    "line_items": ({"name": "Nail", "quantity": "2", "price": "0.10"}, {"quantity": "3"}),
    "invoices": ({"hs_currency": "USD", "hs_invoice_billable": "false"}, {"hs_comments": "Thanks"}),
    "commerce_payments": (
        {"hs_initial_amount": "5", "hs_initiated_date": "2026-11-24T00:00:00Z"},
        {"hs_internal_comment": "Cash"},
    ),
    "notes": ({"hs_timestamp": "2026-11-24T00:00:00Z", "hs_note_body": "Paid"}, {"hs_note_body": "Paid in full"}),
    "taxes": ({"hs_type": "FIXED", "hs_value": "1", "hs_label": "Tax"}, {"hs_value": "2"}),
    "discounts": ({"hs_type": "PERCENT", "hs_value": "5", "hs_label": "Sale"}, {"hs_value": "6"}),
}
"""Object -> what it is made with, and what is changed."""


class _OtherVersion(httpx.HTTPTransport):
    """Sends what is meant for 2026-03 to another version of the same API."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self._version = version

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(raw_path=request.url.raw_path.replace(b"2026-03", self._version.encode()))
        return super().handle_request(request)


@pytest.fixture(scope="module")
def box() -> Iterator[RunningSandbox]:
    """A sandbox served on free ports for this module."""
    with running(SandboxConfig(limits=False)) as served:
        yield served


@pytest.fixture(scope="module", params=["2026-03", "2026-09"])
def version(request: pytest.FixtureRequest) -> str:
    """The version that the new client speaks."""
    return str(request.param)


@pytest.fixture(scope="module")
def sdk(box: RunningSandbox, version: str) -> Iterator[HubSpot]:
    """The new client, over an empty portal."""
    box.sandbox.reset("hubspot")
    http = httpx.Client(transport=_OtherVersion(version))
    with HubSpot(
        access_token="pat-sandbox",
        base_url=box.hubspot_url,
        max_retries=0,
        http_client=http,
        _strict_response_validation=True,
    ) as client:
        yield client


@pytest.mark.rule("HSC1", "HSC2")
@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_every_verb_of_an_object(sdk: HubSpot, box: RunningSandbox, version: str, kind: str) -> None:
    """Create, read, update, list, search, archive, alone and in batches, and upsert by a unique property."""
    made, changed = WRITTEN[kind]
    unique = _unique(sdk, kind)
    api: Any = getattr(sdk.crm.objects, kind)
    one = api.create(properties=made, associations=[])
    assert (
        api.update(one.id, properties=changed).properties | changed
        == api.get(one.id, properties=[*changed]).properties | changed
    )
    rows = [{"properties": {**made, unique: f"r:{n}"}, "associations": []} for n in range(3)]
    ids = sorted(each.id for each in api.batch.create(inputs=rows).results)
    read = api.batch.get(inputs=[{"id": each} for each in ids], properties=[unique], properties_with_history=[])
    assert sorted(each.properties[unique] for each in read.results) == ["r:0", "r:1", "r:2"]
    by_key = api.batch.get(inputs=[{"id": "r:1"}], id_property=unique, properties=[unique], properties_with_history=[])
    assert [each.id for each in by_key.results] == [ids[1]]
    updated = api.batch.update(inputs=[{"id": each, "properties": changed} for each in ids])
    assert {name: updated.results[0].properties[name] for name in changed} == changed
    upserted = api.batch.upsert(inputs=[{"id": f"r:{n}", "id_property": unique, "properties": made} for n in (2, 3)])
    assert sorted(each.new for each in upserted.results) == [False, True]
    box.sandbox.clock.advance(_PAST_LAG)
    found = api.search(
        after="0",
        limit=2,
        sorts=["hs_object_id"],
        properties=[unique],
        filter_groups=[{"filters": [{"property_name": unique, "operator": "HAS_PROPERTY"}]}],
    )
    assert (found.total, [each.id for each in found.results]) == (4, ids[:2])
    api.batch.delete(inputs=[{"id": each} for each in ids])
    api.delete(one.id)
    assert [each.properties[unique] for each in api.list(properties=[unique])] == ["r:3"]
    assert {each.id for each in api.list(archived=True, limit=2, properties=[*changed])} == {one.id, *ids}
    assert f"/{version}/" in box.sandbox.traffic["hubspot"].entries[-1].path


@pytest.mark.rule("HSC1")
def test_associations_on_both_versions(sdk: HubSpot) -> None:
    """Default, labelled, batch and single links, both directions, and the archiving that answers 200 here."""
    objects, links = sdk.crm.objects, sdk.crm.associations
    invoice = objects.invoices.create(properties={"hs_currency": "USD"}, associations=[]).id
    people = [objects.contacts.create(properties={"lastname": name}, associations=[]).id for name in "ab"]
    pairs: list[Any] = [{"from": {"id": invoice}, "to": {"id": each}} for each in people]
    links.batch.create_default("contacts", from_object_type="invoices", inputs=pairs)
    read = links.batch.get("contacts", from_object_type="invoices", inputs=[{"id": invoice}])
    assert sorted(each.to_object_id for each in read.results[0].to) == sorted(people)
    back = links.batch.get("invoices", from_object_type="contacts", inputs=[{"id": people[0]}])
    assert back.results[0].to[0].association_types[0].type_id == 178
    gone: Any = {"from": {"id": invoice}, "to": [{"id": people[0]}]}
    links.batch.delete("contacts", from_object_type="invoices", inputs=[gone])
    assert [each.to_object_id for each in links.list("contacts", object_type="invoices", object_id=invoice)] == [
        people[1]
    ]


@pytest.mark.rule("HSC1", "HSC2")
@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_every_batch_verb_on_v3(box: RunningSandbox, kind: str) -> None:
    """hubspot-api-client's generic objects API: batch create, read, update, upsert, archive, search and list."""
    box.sandbox.reset("hubspot")
    client = OlderClient(access_token="pat-sandbox", host=box.hubspot_url)
    made, changed = WRITTEN[kind]
    unique = _unique_by_http(box, kind)
    api = client.crm.objects.batch_api
    rows = [{"properties": {**made, unique: f"r:{n}"}, "associations": []} for n in range(2)]
    ids = [each.id for each in api.create(kind, BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows)).results]
    asked = [{"id": each} for each in ids]
    read = BatchReadInputSimplePublicObjectId(inputs=asked, properties=[unique], properties_with_history=[unique])
    assert {each.properties[unique] for each in api.read(kind, read).results} == {"r:0", "r:1"}
    inputs = [{"id": each, "properties": changed} for each in ids]
    assert len(api.update(kind, BatchInputSimplePublicObjectBatchInput(inputs=inputs)).results) == 2
    row = {"id": "r:2", "idProperty": unique, "properties": made}
    assert api.upsert(kind, BatchInputSimplePublicObjectBatchInputUpsert(inputs=[row])).results[0].new is True
    box.sandbox.clock.advance(_PAST_LAG)
    wanted = [{"filters": [{"propertyName": unique, "operator": "IN", "values": ["r:0", "r:2"]}]}]
    found = client.crm.objects.search_api.do_search(kind, PublicObjectSearchRequest(filter_groups=wanted))
    assert found.total == 2
    api.archive(kind, BatchInputSimplePublicObjectId(inputs=asked))
    left = client.crm.objects.basic_api.get_page(kind, properties=[unique]).results
    assert [each.properties[unique] for each in left] == ["r:2"]


def _unique(sdk: HubSpot, kind: str) -> str:
    sdk.crm.properties.groups.create(kind, name="qbo_sync", label="QuickBooks")
    definition = {
        "label": "Id",
        "type": "string",
        "field_type": "text",
        "group_name": "qbo_sync",
        "has_unique_value": True,
    }
    return sdk.crm.properties.create(kind, name="qbo_id", **definition).name


def _unique_by_http(box: RunningSandbox, kind: str) -> str:
    base, headers = f"{box.hubspot_url}/crm/v3/properties/{kind}", {"Authorization": "Bearer pat-sandbox"}
    body = {
        "name": "qbo_id",
        "label": "Id",
        "type": "string",
        "fieldType": "text",
        "groupName": "g",
        "hasUniqueValue": True,
    }
    assert httpx.post(f"{base}/groups", json={"name": "g", "label": "G"}, headers=headers).status_code == 201
    assert httpx.post(base, json=body, headers=headers).status_code == 201
    return "qbo_id"
