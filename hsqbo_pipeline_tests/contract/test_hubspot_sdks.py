"""The two official HubSpot clients, unmodified, against the sandbox: the shapes are judged by HubSpot's own code.

`hubspot-sdk` checks every response against its types (`_strict_response_validation`) and speaks 2026-03;
`hubspot-api-client` checks required fields and speaks v3 and v4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hubspot_sdk
import pytest
from hubspot import HubSpot as LegacyHubSpot
from hubspot.crm.contacts.exceptions import ApiException
from hubspot_sdk import HubSpot

from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running

_PAST_LAG = 10


@pytest.fixture(scope="module")
def box() -> Iterator[RunningSandbox]:
    """A sandbox served on free ports for this module."""
    with running(SandboxConfig(limits=False, portal={"tax_rates": [{"as": "vat", "percent": 20}]})) as served:
        yield served


@pytest.fixture
def sdk(box: RunningSandbox) -> Iterator[HubSpot]:
    """The new client, judging every answer, over an empty portal."""
    box.sandbox.reset("hubspot")
    with HubSpot(
        access_token="pat-sandbox", base_url=box.hubspot_url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture
def legacy(box: RunningSandbox) -> LegacyHubSpot:
    """The older client over an empty portal."""
    box.sandbox.reset("hubspot")
    return LegacyHubSpot(access_token="pat-sandbox", host=box.hubspot_url)


class TestNewClient:
    """hubspot-sdk, paths of 2026-03."""

    def test_batches_create_read_update_upsert_and_archive(self, sdk: HubSpot) -> None:
        """Every batch call of contacts passes the client's own response types."""
        contacts = sdk.crm.objects.contacts
        _unique_property(sdk, "contacts")
        rows = [{"properties": {"email": f"c{n}@example.com"}, "associations": []} for n in range(3)]
        created = contacts.batch.create(inputs=rows)
        ids = {each.properties["email"]: each.id for each in created.results}
        assert created.status == "COMPLETE"
        assert len(ids) == 3
        read = contacts.batch.get(
            inputs=[{"id": each} for each in ids.values()], properties=["email"], properties_with_history=["email"]
        )
        assert {each.properties["email"] for each in read.results} == set(ids)
        first = read.results[0].properties_with_history
        assert first is not None
        assert first["email"][0].source_type == "INTEGRATION"
        updated = contacts.batch.update(inputs=[{"id": ids["c0@example.com"], "properties": {"firstname": "Ada"}}])
        assert updated.results[0].properties["firstname"] == "Ada"
        upserted = contacts.batch.upsert(
            inputs=[{"id": "r:1", "id_property": "qbo_id", "properties": {"email": "new@example.com"}}]
        )
        assert upserted.results[0].new is True
        contacts.batch.delete(inputs=[{"id": ids["c1@example.com"]}])
        left = {each.properties["email"] for each in contacts.list(limit=2, properties=["email"])}
        assert left == {"c0@example.com", "c2@example.com", "new@example.com"}

    def test_deals_are_served_under_their_type_id(self, sdk: HubSpot) -> None:
        """The client asks for deals as 0-3; create, read, update, search and archive answer there."""
        deals = sdk.crm.objects.deals
        made = deals.create(
            properties={"dealname": "Roof", "dealstage": "contractsent", "amount": "12.50", "closedate": "2026-12-01"},
            associations=[],
        )
        assert made.properties["amount"] == "12.50"
        assert deals.get(made.id, properties=["dealname"]).properties["dealname"] == "Roof"
        assert deals.update(made.id, properties={"amount": "13"}).properties["amount"] == "13"
        deals.delete(made.id)
        assert [each.id for each in deals.list(archived=True, properties=["dealname"])] == [made.id]

    def test_search_finds_after_the_lag(self, sdk: HubSpot, box: RunningSandbox) -> None:
        """Searching products by SKU works with the client's required arguments and its page type."""
        products = sdk.crm.objects.products
        products.batch.create(
            inputs=[{"properties": {"name": f"P{n}", "hs_sku": f"S-{n}"}, "associations": []} for n in range(3)]
        )
        box.sandbox.clock.advance(_PAST_LAG)
        found = products.search(
            after="0",
            limit=1,
            sorts=["-hs_object_id"],
            properties=["name", "hs_sku"],
            filter_groups=[{"filters": [{"property_name": "hs_sku", "operator": "IN", "values": ["s-0", "s-2"]}]}],
        )
        assert found.total == 2
        assert found.results[0].properties["name"] == "P2"
        assert found.paging is not None

    def test_an_invoice_is_built_opened_and_paid(self, sdk: HubSpot) -> None:
        """Draft, contact, line item, open, payment: the documented life of a billable invoice."""
        objects, links = sdk.crm.objects, sdk.crm.associations
        contact = objects.contacts.create(properties={"email": "ada@example.com"}, associations=[])
        invoice = objects.invoices.create(properties={"hs_currency": "USD"}, associations=[_link(contact.id, 177)])
        objects.line_items.create(
            properties={"name": "Widget", "quantity": "3", "price": "19.99"}, associations=[_link(invoice.id, 410)]
        )
        objects.invoices.update(invoice.id, properties={"hs_invoice_status": "open"})
        payment = objects.commerce_payments.create(
            properties={
                "hs_initial_amount": "59.97",
                "hs_initiated_date": "2026-11-24T00:00:00Z",
                "hs_latest_status": "succeeded",
            },
            associations=[],
        )
        made = links.create(
            invoice.id, from_object_type="commerce_payments", from_object_id=payment.id, to_object_type="invoices"
        )
        assert {each.association_spec.association_type_id for each in made.results} == {541, 542}
        names = ["hs_invoice_status", "hs_balance_due", "hs_amount_billed"]
        read = objects.invoices.get(invoice.id, properties=names, associations=["contacts", "line_items"])
        assert [read.properties[name] for name in names] == ["paid", "0.00", "59.97"]
        assert read.associations is not None
        assert set(read.associations) == {"contacts", "line items"}

    def test_associations_in_batches_and_by_label(self, sdk: HubSpot) -> None:
        """Batch read, create, default, archive and label removal, and the labels of one pair."""
        objects, links = sdk.crm.objects, sdk.crm.associations
        contact = objects.contacts.create(properties={"email": "ada@example.com"}, associations=[]).id
        company = objects.companies.create(properties={"name": "Acme"}, associations=[]).id
        pair: dict[str, Any] = {"from": {"id": contact}, "to": {"id": company}}
        spec: Any = {"association_category": "HUBSPOT_DEFINED", "association_type_id": 931}
        links.batch.create_default("companies", from_object_type="contacts", inputs=[{**pair, "_from": pair["from"]}])
        links.batch.create("companies", from_object_type="contacts", inputs=[{**pair, "types": [spec]}])
        read = links.batch.get("companies", from_object_type="contacts", inputs=[{"id": contact}])
        assert [each.type_id for each in read.results[0].to[0].association_types] == [1, 279, 931]
        one = links.list("companies", object_type="contacts", object_id=contact)
        assert [each.to_object_id for each in one] == [company]
        labelled = links.update_labels(
            company, object_type="contacts", object_id=contact, to_object_type="companies", body=[spec]
        )
        assert "Billing Contact" in labelled.labels
        links.batch.delete_labels("companies", from_object_type="contacts", inputs=[{**pair, "types": [spec]}])
        links.batch.delete(
            "companies", from_object_type="contacts", inputs=[{"from": {"id": contact}, "to": [{"id": company}]}]
        )
        assert list(links.list("companies", object_type="contacts", object_id=contact)) == []

    def test_properties_and_groups(self, sdk: HubSpot) -> None:
        """Definitions and groups are created, read, listed, changed and archived."""
        _unique_property(sdk, "invoices")
        properties = sdk.crm.properties
        assert properties.get("qbo_id", object_type="invoices").has_unique_value is True
        changed = properties.update("qbo_id", object_type="invoices", label="QuickBooks id")
        assert changed.label == "QuickBooks id"
        listed = {each.name: each for each in properties.list("invoices").results}
        metadata = listed["hs_balance_due"].modification_metadata
        assert metadata is not None
        assert metadata.read_only_value is True
        made = properties.batch.create(
            "invoices",
            inputs=[
                {"name": "qbo_note", "label": "N", "type": "string", "field_type": "text", "group_name": "qbo_sync"}
            ],
        )
        assert [each.name for each in made.results] == ["qbo_note"]
        read = properties.batch.get(
            "invoices", archived=False, data_sensitivity="non_sensitive", inputs=[{"name": "qbo_note"}]
        )
        assert read.results[0].group_name == "qbo_sync"
        properties.batch.delete("invoices", inputs=[{"name": "qbo_note"}])
        properties.delete("qbo_id", object_type="invoices")
        assert properties.groups.update("qbo_sync", object_type="invoices", label="Sync").label == "Sync"
        properties.groups.delete("qbo_sync", object_type="invoices")
        assert "qbo_sync" not in {each.name for each in properties.groups.list("invoices").results}

    def test_account_tax_rates_limits_and_pipelines(self, sdk: HubSpot) -> None:
        """The small APIs answer in the client's types."""
        assert sdk.account.get().company_currency == "USD"
        assert [each.percentage_rate for each in sdk.settings.tax_rates.list()] == [20.0]
        assert sdk.crm.limits.get_custom_property_limits().overall_usage == 0
        assert sdk.crm.pipelines.list("deals").results[0].stages[0].id == "appointmentscheduled"

    def test_errors_arrive_as_the_clients_own_exceptions(self, sdk: HubSpot) -> None:
        """409, 404, 400 and 401 become the client's exception classes, with HubSpot's body."""
        contacts = sdk.crm.objects.contacts
        held = contacts.create(properties={"email": "ada@example.com"}, associations=[])
        with pytest.raises(hubspot_sdk.ConflictError, match=f"Existing ID: {held.id}"):
            contacts.create(properties={"email": "ADA@example.com"}, associations=[])
        with pytest.raises(hubspot_sdk.NotFoundError, match="OBJECT_NOT_FOUND"):
            contacts.get("1")
        with pytest.raises(hubspot_sdk.BadRequestError, match="PROPERTY_DOESNT_EXIST"):
            contacts.update(held.id, properties={"nothing": "1"})
        with pytest.raises(hubspot_sdk.AuthenticationError, match="INVALID_AUTHENTICATION"):
            sdk.with_options(access_token="unknown").crm.objects.contacts.get(held.id)


class TestOlderClient:
    """hubspot-api-client 12, paths of v3 and v4."""

    def test_objects_are_created_read_searched_and_archived(self, legacy: LegacyHubSpot, box: RunningSandbox) -> None:
        """Single and batch calls of contacts on the v3 paths."""
        from hubspot.crm.contacts import (
            BatchInputSimplePublicObjectBatchInput,
            BatchInputSimplePublicObjectBatchInputForCreate,
            BatchInputSimplePublicObjectId,
            BatchReadInputSimplePublicObjectId,
            PublicObjectSearchRequest,
            SimplePublicObjectInput,
            SimplePublicObjectInputForCreate,
        )

        contacts = legacy.crm.contacts
        one = contacts.basic_api.create(SimplePublicObjectInputForCreate(properties={"email": "Ada@example.com"}))
        assert one.properties["email"] == "ada@example.com"
        inputs = [{"properties": {"email": f"c{n}@example.com"}} for n in range(3)]
        made = contacts.batch_api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
        ids = [each.id for each in made.results]
        read = contacts.batch_api.read(
            BatchReadInputSimplePublicObjectId(
                inputs=[{"id": each} for each in [*ids, "1"]], properties=["email", "phone"], properties_with_history=[]
            )
        )
        assert len(read.results) == 3
        assert read.errors[0].category == "OBJECT_NOT_FOUND"
        assert read.results[0].properties["phone"] is None
        contacts.basic_api.update(one.id, SimplePublicObjectInput(properties={"firstname": "Ada"}))
        changes = [{"id": each, "properties": {"lastname": "Byron"}} for each in ids]
        contacts.batch_api.update(BatchInputSimplePublicObjectBatchInput(inputs=changes))
        box.sandbox.clock.advance(_PAST_LAG)
        query = {"propertyName": "lastname", "operator": "EQ", "value": "byron"}
        found = contacts.search_api.do_search(PublicObjectSearchRequest(filter_groups=[{"filters": [query]}], limit=2))
        assert (found.total, len(found.results), found.paging.next.after) == (3, 2, "2")
        contacts.batch_api.archive(BatchInputSimplePublicObjectId(inputs=[{"id": each} for each in ids]))
        assert [each.id for each in contacts.get_all(properties=["email", "firstname"])] == [one.id]
        with pytest.raises(ApiException) as refused:
            contacts.basic_api.create(SimplePublicObjectInputForCreate(properties={"email": "ada@example.com"}))
        assert refused.value.status == 409

    def test_invoices_and_payments(self, legacy: LegacyHubSpot) -> None:
        """Invoices through their own API, payments through the generic one, upsert by a unique property."""
        from hubspot.crm.commerce.invoices import SimplePublicObjectInputForCreate
        from hubspot.crm.objects import BatchInputSimplePublicObjectBatchInputUpsert
        from hubspot.crm.properties import PropertyCreate, PropertyGroupCreate

        legacy.crm.properties.groups_api.create("invoices", PropertyGroupCreate(name="qbo_sync", label="Sync"))
        legacy.crm.properties.core_api.create(
            "invoices",
            PropertyCreate(
                name="qbo_id",
                label="Id",
                type="string",
                field_type="text",
                group_name="qbo_sync",
                has_unique_value=True,
            ),
        )
        made = legacy.crm.commerce.invoices.basic_api.create(
            SimplePublicObjectInputForCreate(
                properties={"hs_currency": "USD", "hs_invoice_billable": "false", "hs_amount_billed": "12.50"},
                associations=[],
            )
        )
        assert made.properties["hs_number"] == "INV-1001"
        row = {"id": "r:1", "idProperty": "qbo_id", "properties": {"hs_currency": "USD"}}
        upserted = legacy.crm.objects.batch_api.upsert(
            "invoices", BatchInputSimplePublicObjectBatchInputUpsert(inputs=[row])
        )
        assert upserted.results[0].new is True
        page = legacy.crm.objects.basic_api.get_page("commerce_payments", limit=10)
        assert page.results == []

    def test_associations_on_v4(self, legacy: LegacyHubSpot) -> None:
        """Default, labelled and batch associations on the v4 paths; ids come back as numbers there."""
        from hubspot.crm.associations.v4 import (
            BatchInputPublicAssociationMultiArchive,
            BatchInputPublicFetchAssociationsBatchRequest,
        )
        from hubspot.crm.companies import SimplePublicObjectInputForCreate

        company = legacy.crm.companies.basic_api.create(SimplePublicObjectInputForCreate(properties={"name": "A"})).id
        contact = legacy.crm.contacts.basic_api.create({"properties": {"email": "a@example.com"}}).id
        links = legacy.crm.associations.v4
        links.basic_api.create_default("contacts", contact, "companies", company)
        asked = BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": contact}])
        read = links.batch_api.get_page("contacts", "companies", asked)
        assert str(read.results[0].to[0].to_object_id) == company
        page = links.basic_api.get_page("contacts", contact, "companies")
        assert [each.type_id for each in page.results[0].association_types] == [1, 279]
        gone = BatchInputPublicAssociationMultiArchive(inputs=[{"from": {"id": contact}, "to": [{"id": company}]}])
        links.batch_api.archive("contacts", "companies", gone)
        assert links.basic_api.get_page("contacts", contact, "companies").results == []
        labels = links.schema.definitions_api.get_all("contacts", "companies").results
        assert {each.type_id for each in labels} == {279, 1, 931}


def _link(target_id: str, type_id: int) -> Any:
    return {
        "to": {"id": target_id},
        "types": [{"association_category": "HUBSPOT_DEFINED", "association_type_id": type_id}],
    }


def _unique_property(sdk: HubSpot, kind: str) -> None:
    sdk.crm.properties.groups.create(kind, name="qbo_sync", label="QuickBooks")
    sdk.crm.properties.create(
        kind,
        name="qbo_id",
        label="Id",
        type="string",
        field_type="text",
        group_name="qbo_sync",
        has_unique_value=True,
    )
