"""A whole night's traffic with QuickBooks, both ways, held against Intuit's schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.sandbox.frame.server import SandboxConfig
from hsqbo_pipeline.sandbox.quickbooks.books import BY_ROUTE
from hsqbo_pipeline_tests.contract.recorder import Exchange, recorded
from hsqbo_pipeline_tests.contract.xsd import SchemaError, judge
from hsqbo_pipeline_tests.contract.xsd_types import schema_folder
from hsqbo_pipeline_tests.nights.house import house
from hsqbo_pipeline_tests.nights.town import Town

COMPANY = {
    "simulator_tax": 8,
    "Preferences": {"SalesFormsPrefs": {"AllowDiscount": True, "AllowShipping": True, "AllowDeposit": True}},
}


@pytest.fixture
def nights(tmp_path: Path) -> list[Exchange]:
    """Everything said between us and QuickBooks in a first load and in the night after a day of every kind of edit."""
    schema_folder()
    config = SandboxConfig(company=COMPANY, switches={"qb_invoice_status": True})
    with recorded() as kept, house(tmp_path / "data", config) as home:
        town = Town(home.served.sandbox, size=3)
        town.fill()
        home.rules = town.rules()
        assert home.night().exit_code == ExitCode.DONE
        town.edit()
        _papers(town)
        assert home.night().exit_code == ExitCode.DONE
    return kept


def _papers(town: Town) -> None:
    """What a town's day leaves out: credits, refunds, receipts, deletions, taxed and discounted lines, families."""
    buyer, item = town.ids["customers"][0], town.ids["items"][0]
    line = [{"item": item, "Qty": 1, "UnitPrice": 9, "TaxCodeRef": "TAX"}]
    paper = {"CustomerRef": buyer, "TxnDate": "2026-02-24"}
    credit = town.q("create", "CreditMemo", fields=paper, lines=line)
    sale = [
        *line,
        {"description_only": "Thanks"},
        {"shipping": 4},
        {"discount": {"PercentBased": True, "DiscountPercent": 5}},
    ]
    owed = town.q("create", "Invoice", fields={**paper, "Deposit": 1, "PrivateNote": "call first"}, lines=sale)
    town.q("create", "Payment", CustomerRef=buyer, TotalAmt=0, TxnDate="2026-02-25", applies={owed: 3, credit: 3})
    town.q(
        "create",
        "RefundReceipt",
        fields={**paper, "DepositToAccountRef": town.rules()["payments"]["deposit_to"]},
        lines=line,
    )
    town.q("create", "SalesReceipt", fields=paper, lines=line)
    town.q("delete", "Invoice", id=town.q("create", "Invoice", fields=paper, lines=line))
    town.q("create", "Customer", fields={"DisplayName": "Branch", "ParentRef": buyer, "Job": True})
    town.q("create", "Vendor", fields={"DisplayName": "Supplier"})


@pytest.mark.rule("QBC10", "QBT24")
def test_everything_said_in_two_nights_fits_the_schema(nights: list[Exchange]) -> None:
    """Each answer, faults included, and each create, update and batch of ours validates with no key that is unknown."""
    schema = judge(schema_folder())
    answers = [each for each in nights if each.path and each.status != 401]  # a 401 has a shape of its own, trap 3
    assert _wrong((each.path, lambda each=each: schema.response(each.answer)) for each in answers) == []
    told = b"".join(each.answer for each in answers)
    for kind in ("Customer", "Item", "Invoice", "Payment", "CreditMemo", "RefundReceipt", "SalesReceipt", "Account"):
        assert f'"{kind}":'.encode() in told, kind
    sent = list(_bodies(nights))
    assert _wrong((name, lambda name=name, body=body: schema.check(name, body)) for name, body in sent) == []
    deeds = set(_deeds(sent))
    assert {(kind, deed) for kind in ("Customer", "Item", "Invoice") for deed in ("create", "update")} <= deeds
    assert ("Payment", "create") in deeds


def _bodies(nights: list[Exchange]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in nights:
        if each.method != "POST" or not each.path or each.path == "query":
            continue
        name = "IntuitBatchRequest" if each.path == "batch" else BY_ROUTE[each.path]
        yield name, json.loads(each.sent, parse_float=Decimal)


def _deeds(sent: list[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, str]]:
    for name, body in sent:
        for item in body.get("BatchItemRequest", [{name: body}]):
            for kind in item.keys() & set(BY_ROUTE.values()):
                yield kind, item.get("operation") or ("update" if "Id" in item[kind] else "create")


def _wrong(checks: Iterator[tuple[str, Any]]) -> list[str]:
    told = []
    for what, check in checks:
        try:
            check()
        except SchemaError as error:
            told.append(f"{what}: {error}")
    return told
