"""What is read of HubSpot, and the properties that are our own."""

from __future__ import annotations

import re

import pytest

from hsqbo_pipeline.mapping.properties import GROUP, OWN_PROPERTIES, hubspot_properties
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS
from hsqbo_pipeline_tests.core.mirrored import rules


@pytest.mark.parametrize("name", HUBSPOT_OBJECTS)
def test_every_object_is_read_with_its_times_and_marks(name: str) -> None:
    """Each object's list holds its last-modified time and all properties of our own, once."""
    found = hubspot_properties(name)
    assert any(each.endswith("lastmodifieddate") for each in found)
    assert {each["name"] for each in OWN_PROPERTIES.get(name, ())} <= set(found)
    assert len(set(found)) == len(found)


def test_unknown_object_is_a_mistake() -> None:
    """An object nobody reads is refused by name."""
    with pytest.raises(ValueError, match="tickets"):
        hubspot_properties("tickets")


@pytest.mark.rule("A53", "A65")
def test_rules_add_what_they_look_at() -> None:
    """Custom mappings, filters on the record or on an associated one, and sources of classes are read too."""
    said = rules(
        customers={
            "custom_fields": [{"hubspot": "jobtitle", "quickbooks": "Title"}],
            "hubspot_to_quickbooks_filter": [[
                {"property": "lifecyclestage", "operator": "any_of", "values": ["customer"]},
                {"object": "deals", "property": "amount", "operator": "greater_than", "values": ["0"]},
            ]],
        },
        invoices={"class": {"property": "division", "object": "deals"}, "service_date": {"property": "delivered"}},
    )  # fmt: skip
    assert {"jobtitle", "lifecyclestage"} <= set(hubspot_properties("contacts", said))
    assert {"amount", "division"} <= set(hubspot_properties("deals", said))
    assert "delivered" in hubspot_properties("line_items", said)
    assert not {"jobtitle", "amount"} & set(hubspot_properties("products", said))


def test_own_properties_are_ready_to_be_made() -> None:
    """Each definition has what the Properties API asks for, is in our group, and explains itself to people."""
    for definitions in OWN_PROPERTIES.values():
        for each in definitions:
            assert re.fullmatch(r"qbo_[a-z_]+", each["name"])
            assert each["groupName"] == GROUP["name"]
            assert (each["type"], each["fieldType"]) in (("string", "text"), ("number", "number"))
            assert each["label"]
            assert each["description"].endswith(".")
        assert sum(each["hasUniqueValue"] for each in definitions) <= 1


@pytest.mark.rule("A17")
def test_no_property_of_the_accounting_deal_group() -> None:
    """Nothing of ours is on deals."""
    assert "deals" not in OWN_PROPERTIES
