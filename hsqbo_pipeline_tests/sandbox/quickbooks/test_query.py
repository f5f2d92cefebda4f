"""The query language and its pages."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller


def _names(found: dict[str, Any]) -> list[str]:
    return [customer["DisplayName"] for customer in found.get("Customer", [])]


@pytest.fixture
def people(qbo: Caller) -> Caller:
    """Five customers, one with an apostrophe, one inactive."""
    for place, name in enumerate(["Amy's Bird Sanctuary", "Bob", "Cleo & Sons", "bobby", "Gone"]):
        qbo.sandbox.clock.advance(10)
        qbo.customer(name, PrimaryEmailAddr={"Address": f"p{place}@example.com"})
    qbo.person(action="inactivate", object="Customer", id="5")
    qbo.sandbox.clock.advance(10)
    return qbo


@pytest.mark.rule("QBC6")
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("DisplayName = 'bob'", ["Bob"]),
        ("DisplayName IN ('BOB', 'bobby')", ["Bob", "bobby"]),
        ("DisplayName LIKE 'bob%'", ["Bob", "bobby"]),
        ("DisplayName LIKE '%&%'", ["Cleo & Sons"]),
        (r"DisplayName = 'Amy\'s Bird Sanctuary'", ["Amy's Bird Sanctuary"]),
        ("Id = '2'", ["Bob"]),
        ("Id IN ('1', '4', '99')", ["Amy's Bird Sanctuary", "bobby"]),
        ("Id in ('5')", []),
        ("Active = false", ["Gone (deleted)"]),
        ("Active IN (true, false) AND DisplayName LIKE 'G%'", ["Gone (deleted)"]),
        ("Active = True and Id = '5'", []),
        ("PrimaryEmailAddr = 'P1@example.com'", ["Bob"]),
        ("Balance > '0'", []),
        ("Balance <= 0 AND DisplayName < 'c'", ["Amy's Bird Sanctuary", "Bob", "bobby"]),
        ("GivenName = ' '", ["Amy's Bird Sanctuary", "Bob", "Cleo & Sons", "bobby"]),
        ("MetaData.LastUpdatedTime >= '2026-11-24T10:00:30-05:00'", ["Cleo & Sons", "bobby"]),
        ("MetaData.LastUpdatedTime > '2026-11-24T15:00:31Z'", ["bobby"]),
        ("MetaData.CreateTime < '2026-11-24T07:00:20-08:00'", ["Amy's Bird Sanctuary"]),
        ("MetaData.CreateTime > '2026-11-25'", []),
    ],
)
def test_predicates(people: Caller, where: str, expected: list[str]) -> None:
    """Each operator finds what it should, ignoring case, active customers only unless Active is asked about."""
    assert _names(people.query(f"SELECT * FROM Customer WHERE {where}")) == expected


@pytest.mark.rule("QBT19", "QBC6")
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("select * from Custmoer", "4001"),
        ("select * from Customer where Notes = 'x'", "4001"),
        ("select * from Vendor where PrimaryEmailAddr = 'x'", "4001"),
        ("select * from Payment where DocNumber = 'x'", "4001"),
        ("select * from Invoice where PrivateNote = 'x'", "4001"),
        ("select * from Item where UnitPrice > 1", "4001"),
        ("select * from Customer where Id > '1'", "4001"),
        ("select * from Customer orderby Notes", "4001"),
        ("select * from Customer where Balance = 'x'", "4001"),
        ("select * from Customer where DisplayName = 'a' or DisplayName = 'b'", "4000"),
        ("select * from Customer where DisplayName != 'a'", "4000"),
        ("select * from Customer where DisplayName = 'Amy''s'", "4000"),
        ("select * from Customer where DisplayName = Bob", "4000"),
        ("select * from Customer where not Active = true", "4000"),
        ("select * from Customer where DisplayName IN ()", "4000"),
        ("select * from Customer; drop table Customer", "4000"),
        ("select * from", "4000"),
        ("update Customer", "4000"),
        ("select * from Customer startposition 0", "4001"),
        ("select * from Customer maxresults 1001", "4001"),
        ("select * from Customer maxresults x", "4000"),
    ],
)
def test_what_cannot_be_asked(people: Caller, statement: str, code: str) -> None:
    """No OR, NOT, !=, doubled quotes or unknown properties; 4000 for grammar, 4001 for meaning."""
    assert people.fault(people.call("GET", "query", query=statement)) == (400, code)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from Customer ORDER BY DisplayName DESC MAXRESULTS 2 STARTPOSITION 2  ",
        "SELECT Id, DisplayName FROM customer  ORDERBY displayname desc STARTPOSITION 2 MAXRESULTS 2",
    ],
)
def test_spellings_that_clients_use(people: Caller, statement: str) -> None:
    """ORDER BY in two words, limits in either order, projections, extra blanks and any case are accepted."""
    found = people.query(statement)
    assert _names(found) == ["bobby", "Bob"]
    assert (found["startPosition"], found["maxResults"]) == (2, 2)


def test_projection_returns_what_was_named(people: Caller) -> None:
    """A projection answers the named properties and Id."""
    found = people.query("select DisplayName, MetaData.LastUpdatedTime from Customer where Id = '2'")
    assert set(found["Customer"][0]) == {"Id", "DisplayName", "MetaData"}


@pytest.mark.rule("QBT9", "QBC6")
def test_empty_answers_and_counts(people: Caller) -> None:
    """No rows: no array key at all; COUNT answers totalCount alone."""
    assert people.query("select * from Customer startposition 50") == {}
    assert people.query("select count(*) from Customer") == {"totalCount": 4}
    assert people.query("select COUNT(*) from Customer where DisplayName = 'bob'") == {"totalCount": 1}


@pytest.mark.rule("QBT19")
def test_post_carries_the_bare_statement(people: Caller) -> None:
    """POST /query takes application/text, as python-quickbooks sends it."""
    response = people.http.post(
        f"{people.base}/query",
        content="select * from Customer where DisplayName = 'Cleo & Sons'  ",
        headers={"Content-Type": "application/text"},
    )
    assert _names(people.ok(response)["QueryResponse"]) == ["Cleo & Sons"]


@pytest.mark.rule("QBO4", "QBC6")
def test_pages(qbo: Caller) -> None:
    """100 rows unless asked, 1000 at most; lenient paging clamps by switch."""
    qbo.sandbox.quickbooks.load("Customer", ({"DisplayName": f"C{number:04}"} for number in range(1100)))
    assert qbo.query("select * from Customer")["maxResults"] == 100
    last = qbo.query("select * from Customer startposition 1001 maxresults 1000")
    assert (last["startPosition"], last["maxResults"]) == (1001, 100)
    qbo.sandbox.switches.change({"qb_strict_paging": False})
    assert qbo.query("select * from Customer startposition 0 maxresults 5000")["maxResults"] == 1000


@pytest.mark.rule("QBT9", "QBT12")
def test_order_of_change_is_stable(people: Caller) -> None:
    """Ordered by LastUpdatedTime, the customer just written comes last."""
    people.save("Customer", {"Id": "1", "SyncToken": "0", "sparse": True, "Notes": "x"})
    found = people.query("select * from Customer orderby MetaData.LastUpdatedTime")
    assert _names(found) == ["Bob", "Cleo & Sons", "bobby", "Amy's Bird Sanctuary"]
    found = people.query("select * from Customer orderby MetaData.LastUpdatedTime desc maxresults 1")
    assert _names(found) == ["Amy's Bird Sanctuary"]


def test_documents_by_customer_number_and_amount(qbo: Caller) -> None:
    """Invoices are found by customer, number, dates and amounts."""
    ada, bob = qbo.customer(), qbo.customer("Bob")
    qbo.invoice(ada, DocNumber="A-1", TxnDate="2026-11-01")
    qbo.invoice(bob, DocNumber="B-1", TxnDate="2026-11-02")

    def numbers(where: str) -> list[str]:
        return [found["DocNumber"] for found in qbo.query(f"select * from Invoice where {where}").get("Invoice", [])]

    assert numbers(f"CustomerRef = '{bob['Id']}'") == ["B-1"]
    assert numbers("DocNumber IN ('a-1', 'C-1')") == ["A-1"]
    assert numbers("TxnDate >= '2026-11-02'") == ["B-1"]
    assert numbers("TxnDate <= CURRENT_DATE AND TotalAmt >= '100'") == ["A-1", "B-1"]
    assert numbers("Balance = '100.00' AND DueDate < '2026-12-02'") == ["A-1"]


def test_preferences_are_queried_without_pages(qbo: Caller) -> None:
    """Preferences answer maxResults only."""
    assert set(qbo.query("select * from Preferences")) == {"Preferences", "maxResults"}
    assert qbo.query("select * from CompanyInfo")["CompanyInfo"][0]["Id"] == "1"
