"""Requests no sane client sends: the portal refuses them, it never fails."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Desk

KINDS = st.sampled_from(["contacts", "invoices", "line_items", "commerce_payments", "0-3", "nothing"])
IDS = st.sampled_from(["20000000001", "25000000001", "24000000001", "1", "x", "²", "9" * 30, ""])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    IDS,
)
NAMES = st.sampled_from([
    "email", "hs_invoice_status", "hs_currency", "price", "quantity", "hs_initial_amount", "hs_object_id", "amount",
    "closedate", "hs_product_id", "hs_additional_emails", "hs_pinned_engagement_id", "lifecyclestage", "x",
])  # fmt: skip
VALUES = st.one_of(SCALARS, st.sampled_from(["open", "paid", "USD", "1e400", "1e9", "a@b.example", "2026-01-01"]))
PROPERTIES = st.one_of(st.dictionaries(NAMES, VALUES, max_size=4), SCALARS)
TYPES = st.fixed_dictionaries(
    {"associationCategory": st.just("HUBSPOT_DEFINED"), "associationTypeId": st.sampled_from([177, 279, 409, 410, "x"])}
)
LINK = st.fixed_dictionaries(
    {"to": st.one_of(SCALARS, st.fixed_dictionaries({"id": SCALARS})), "types": st.one_of(SCALARS, st.lists(TYPES))}
)
LINKS = st.lists(LINK, max_size=2)
END = st.fixed_dictionaries({"id": IDS})
INPUT = st.fixed_dictionaries(
    {}, optional={"id": SCALARS, "properties": PROPERTIES, "idProperty": NAMES, "objectWriteTraceId": SCALARS,
                  "associations": st.one_of(SCALARS, LINKS), "from": END,
                  "to": st.one_of(SCALARS, END, st.lists(END, max_size=2)), "types": st.lists(TYPES, max_size=2)},
)  # fmt: skip
FILTER = st.fixed_dictionaries(
    {"propertyName": NAMES, "operator": st.sampled_from(["EQ", "IN", "GT", "BETWEEN", "CONTAINS_TOKEN", "X"])},
    optional={"value": SCALARS, "highValue": SCALARS, "values": st.one_of(SCALARS, st.lists(SCALARS, max_size=3))},
)  # fmt: skip
GROUPS = st.lists(st.fixed_dictionaries({"filters": st.lists(FILTER, max_size=2)}))
SEARCH = st.fixed_dictionaries(
    {"filterGroups": st.one_of(SCALARS, GROUPS)},
    optional={"sorts": st.one_of(SCALARS, st.lists(NAMES, max_size=1)), "limit": SCALARS, "after": SCALARS,
              "properties": st.one_of(SCALARS, st.lists(SCALARS, max_size=2))},
)  # fmt: skip
BATCH = st.fixed_dictionaries({"inputs": st.one_of(SCALARS, st.lists(st.one_of(INPUT, SCALARS), max_size=3))})
BODIES = st.one_of(SCALARS, INPUT, BATCH, SEARCH)
TAILS = st.sampled_from([
    "", "/batch/create", "/batch/read", "/batch/update", "/batch/upsert", "/batch/archive", "/search", "/merge",
    "/gdpr-delete", "/{id}", "/{id}/associations/contacts", "/{id}/associations/contacts/{id}",
    "/{id}/associations/default/contacts/{id}",
])  # fmt: skip


def _desk() -> Desk:
    desk = Desk()
    desk.open_invoice()
    desk.make("deals", dealname="R", dealstage="closedwon")
    return desk


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE"]), kind=KINDS, tail=TAILS, record=IDS, body=BODIES
)
def test_nothing_makes_it_fail(method: str, kind: str, tail: str, record: str, body: Any) -> None:
    """Whatever is sent anywhere, the answer is a success or a refusal in HubSpot's shape."""
    path = f"{kind}{tail.format(id=record)}"
    _expect_an_answer(_DESK, method, path, body)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    base=st.sampled_from(["/crm/properties/2026-09/contacts", "/crm/associations/2026-09/contacts/companies",
                          "/crm/properties/2026-09/0-53", "/crm/associations/2026-03/0-53/0-8"]),
    tail=st.sampled_from(["", "/groups", "/batch/create", "/batch/read", "/batch/archive", "/email", "/labels",
                          "/batch/associate/default", "/batch/labels/archive"]),
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
    body=st.one_of(BODIES, st.dictionaries(
        st.sampled_from(["name", "label", "type", "fieldType", "groupName", "options", "hasUniqueValue"]), SCALARS)),
)  # fmt: skip
def test_nor_do_definitions_and_associations(base: str, tail: str, method: str, body: Any) -> None:
    """The same holds for properties, groups and bulk associations."""
    _expect_an_answer(_DESK, method, base + tail, body)


def _expect_an_answer(desk: Desk, method: str, path: str, body: Any) -> None:
    answer = desk.ask(method, path, body)
    assert answer.status < 500
    if answer.status >= 400:
        assert answer["status"] == "error"
        assert answer["category"]
        assert answer["correlationId"]


_DESK = _desk()
