"""python-quickbooks, as installed from its package, through every operation it has for our objects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks, exceptions
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.objects import (
    Account,
    CreditMemo,
    Customer,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    Preferences,
    SalesItemLine,
    SalesItemLineDetail,
    SalesReceipt,
    TaxCode,
    Term,
)
from quickbooks.objects.base import CustomerMemo, LinkedTxn
from quickbooks.objects.company_info import CompanyInfo

from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running
from hsqbo_pipeline.sandbox.quickbooks.configure import DEFAULT_REALM


@pytest.fixture(scope="module")
def served() -> Iterator[RunningSandbox]:
    """A sandbox whose company holds what the library's own tests need."""
    with running(SandboxConfig(company={"conformance": True}, limits=False)) as sandbox:
        yield sandbox


@pytest.fixture
def client(served: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    """The library's client, connected by a real refresh, to a fresh company."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{served.quickbooks_url}/v3")
    served.sandbox.reset("quickbooks")
    auth = AuthClient(
        client_id="sandbox-client",
        client_secret="sandbox-secret",
        redirect_uri="http://localhost:8000/callback",
        environment=f"{served.quickbooks_url}/.well-known/openid_configuration/",
    )
    connected = QuickBooks(auth_client=auth, refresh_token="sandbox-refresh", company_id=DEFAULT_REALM, minorversion=75)
    yield connected
    connected.session.close()
    auth.close()


def _customer(client: QuickBooks, name: str = "Ada Lovelace") -> Any:
    customer = Customer()
    customer.DisplayName = name
    return customer.save(qb=client)


def _line(client: QuickBooks, amount: float = 100) -> Any:
    line = SalesItemLine()
    line.Amount = amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = Item.all(max_results=1, qb=client)[0].to_ref()
    return line


def _invoice(client: QuickBooks, customer: Any, amount: float = 100) -> Any:
    invoice = Invoice()
    invoice.CustomerRef = customer.to_ref()
    invoice.Line.append(_line(client, amount))
    invoice.CustomerMemo = CustomerMemo()
    invoice.CustomerMemo.value = "Thanks"
    return invoice.save(qb=client)


@pytest.mark.rule("QBC10")
def test_customers_live_and_change(client: QuickBooks) -> None:
    """Create, read, full update, count, filter and choose."""
    made = _customer(client)
    made.Notes = "VIP"
    made.save(qb=client)
    seen = Customer.get(made.Id, qb=client)
    assert (seen.Notes, seen.SyncToken) == ("VIP", "1")
    assert Customer.count(qb=client) == 2
    assert [each.Id for each in Customer.filter(DisplayName="ADA LOVELACE", qb=client)] == [made.Id]
    assert len(Customer.choose(["1", made.Id], field="Id", qb=client)) == 2
    assert Customer.where("DisplayName LIKE 'Ada%'", order_by="DisplayName DESC", qb=client)[0].Id == made.Id
    found = Customer.query("select * from Customer where Active in (true, false) maxresults 1", qb=client)
    assert len(found) == 1


def test_quotes_are_escaped_by_the_library(client: QuickBooks) -> None:
    """The library's own escaping of an apostrophe is understood."""
    assert len(Customer.filter(DisplayName="Amy's Bird Sanctuary", qb=client)) == 1


def test_invoices_are_paid_voided_and_deleted(client: QuickBooks) -> None:
    """The whole life of an invoice, with a payment and a credit."""
    customer = _customer(client)
    invoice = _invoice(client, customer)
    assert (invoice.TotalAmt, invoice.Balance) == (100, 100)
    payment = Payment()
    payment.CustomerRef = customer.to_ref()
    payment.TotalAmt = 60
    line = PaymentLine()
    line.Amount = 60
    link = LinkedTxn()
    link.TxnId, link.TxnType = invoice.Id, "Invoice"
    line.LinkedTxn.append(link)
    payment.Line.append(line)
    payment.save(qb=client)
    seen = Invoice.get(invoice.Id, qb=client)
    assert (seen.Balance, seen.LinkedTxn[0].TxnType) == (40, "Payment")
    stored = Payment.get(payment.Id, qb=client)
    assert stored.UnappliedAmt == 0
    stored.void(qb=client)
    assert Invoice.get(invoice.Id, qb=client).Balance == 100
    seen = Invoice.get(invoice.Id, qb=client)
    seen.void(qb=client)
    assert "Voided" in Invoice.get(invoice.Id, qb=client).PrivateNote
    other = _invoice(client, customer)
    other.delete(qb=client)
    with pytest.raises(exceptions.ObjectNotFoundException):
        Invoice.get(other.Id, qb=client)


def test_the_other_papers(client: QuickBooks) -> None:
    """Credit memo, sales receipt, term, account, tax code, preferences and company."""
    customer = _customer(client)
    credit = CreditMemo()
    credit.CustomerRef = customer.to_ref()
    credit.Line.append(_line(client, 30))
    assert credit.save(qb=client).RemainingCredit == 30
    receipt = SalesReceipt()
    receipt.CustomerRef = customer.to_ref()
    receipt.Line = [_line(client, 20)]
    saved = receipt.save(qb=client)
    saved.void(qb=client)
    assert SalesReceipt.get(saved.Id, qb=client).TotalAmt == 0
    term = Term()
    term.Name, term.DueDays = "Net 45", 45
    assert term.save(qb=client).Type == "STANDARD"
    assert Account.where("AccountType = 'Income'", qb=client)
    assert "TAX" in {code.Id for code in TaxCode.all(qb=client)}
    assert Preferences.get(qb=client).CurrencyPrefs.HomeCurrency.value == "USD"
    assert CompanyInfo.all(qb=client)[0].Country == "US"


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("select * from Custmoer", exceptions.ValidationException),
        ("select * from Customer where", exceptions.ValidationException),
    ],
)
def test_bad_queries_are_its_validation_exceptions(client: QuickBooks, statement: str, kind: type[Exception]) -> None:
    """Query faults arrive as the library's ValidationException."""
    with pytest.raises(kind):
        client.query(statement)


@pytest.mark.rule("QBT5", "QBT7")
def test_faults_are_its_exceptions(client: QuickBooks, served: RunningSandbox) -> None:
    """Each family of codes becomes the library's own exception, with code and detail."""
    _customer(client)
    with pytest.raises(exceptions.QuickbooksException) as duplicate:
        _customer(client)
    assert duplicate.value.error_code == 6240
    stale = Customer.get("1", qb=client)
    stale.GivenName = "first"
    stale.save(qb=client)
    stale.GivenName = "second"
    with pytest.raises(exceptions.QuickbooksException) as outdated:
        stale.save(qb=client)
    assert outdated.value.error_code == 5010
    empty = Invoice()
    with pytest.raises(exceptions.ValidationException):
        empty.save(qb=client)
    with pytest.raises(exceptions.UnsupportedException):
        client.get_single_object("gizmo", "1")
    served.sandbox.quickbooks.office.expire_access()
    client.auth_client.access_token = "stale"
    client._start_session()
    with pytest.raises(exceptions.AuthorizationException):
        Customer.get("1", qb=client)


def test_request_ids_replay(client: QuickBooks) -> None:
    """The library's request_id makes the second create answer the first."""
    bodies = []
    for _ in range(2):
        customer = Customer()
        customer.DisplayName = "Once"
        bodies.append(customer.save(qb=client, request_id="r-1").Id)
    assert bodies[0] == bodies[1]


def test_batches_with_good_and_bad_items(client: QuickBooks) -> None:
    """The library's batches report successes and faults apart."""
    people = []
    for name in ("a", "b", "Amy's Bird Sanctuary"):
        person = Customer()
        person.DisplayName = name
        people.append(person)
    made = batch_create(people, qb=client)
    assert (len(made.successes), len(made.faults)) == (2, 1)
    assert made.faults[0].Error[0].code == "6240"
    for person in made.successes:
        person.Notes = "n"
    assert len(batch_update(made.successes, qb=client).successes) == 2
    invoices = [_invoice(client, made.successes[0]) for _ in range(2)]
    assert len(batch_delete(invoices, qb=client).successes) == 2
    assert Invoice.count(qb=client) == 1


@pytest.mark.rule("QBT11")
def test_changes_with_deleted_stubs(client: QuickBooks, served: RunningSandbox) -> None:
    """The library reads CDC answers, deleted invoices among them."""
    since = datetime.now() - timedelta(hours=20)  # noqa: DTZ005 - the library sends no zone
    gone = _invoice(client, _customer(client))
    gone.delete(qb=client)
    found = change_data_capture([Customer, Invoice], since, qb=client)
    assert len(found.Customer) == 2
    assert [getattr(invoice, "status", "") for invoice in found.Invoice] == ["", "Deleted"]
    served.sandbox.traffic["quickbooks"].clear()
