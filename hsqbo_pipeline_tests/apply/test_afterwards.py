"""What follows our writes: properties of our own, figures from the books, people who were overwritten, undo's endings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from hsqbo_pipeline.apply.comparison import same
from hsqbo_pipeline.apply.history import overwritten
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.operations import Action, Operation, StepAction, Wave
from hsqbo_pipeline_tests.apply.bench import Bench, HookedTransport, KilledError
from hsqbo_pipeline_tests.apply.orders import H, Q, change, to_hubspot, to_quickbooks
from hsqbo_pipeline_tests.apply.test_refusals import _invoice, _item


@pytest.mark.rule("H31")
def test_the_first_run_that_writes_makes_our_properties_and_the_second_finds_them(bench: Bench) -> None:
    """Group and properties are made once, with unique marks where the portal takes them."""
    assert not bench.situation().portal.unique_marks
    bench.write([to_hubspot(bench.situation(), Entity.PRODUCT, "1", {"name": "One"})])
    assert bench.situation().portal.unique_marks == {"products"}
    bench.clear_traffic()
    bench.write([to_hubspot(bench.situation(), Entity.PRODUCT, "2", {"name": "Two"})])
    assert [entry.path for entry in bench.requests("hubspot", writes=True)] == [
        "/crm/objects/2026-09/products/batch/upsert"
    ]


def test_an_object_that_refuses_unique_properties_gets_plain_ones(bench: Bench) -> None:
    """Then the link table and the look among a parent's children carry the proof alone."""
    from hsqbo_pipeline_tests.apply.test_writer import contact, mirror_invoice

    bench.sandbox.switches.change({"hs_unique_on_commerce": False})
    who = contact(bench)
    bench.read()
    bench.write([mirror_invoice(bench, who)])
    assert bench.ends() == {"9": ("done", None)}
    assert "invoices" not in bench.situation().portal.unique_marks
    assert bench.hubspot("invoices")[0]["properties"]["qbo_id"] == "9341450000000001:9"


def test_properties_that_cannot_be_made_leave_hubspot_waiting_with_the_reason(bench: Bench) -> None:
    """Without its own properties the writer marks nothing, so it makes nothing."""
    bench.faults("hubspot", {"when": {"endpoint": "properties"}, "do": "403"})
    bench.write([to_hubspot(bench.situation(), Entity.PRODUCT, "1", {"name": "One"})])
    assert bench.ends() == {"1": ("waiting", "AUTH_MISSING_SCOPES")}
    assert not bench.hubspot("products")


@pytest.fixture
def billed(bench: Bench) -> tuple[Bench, str, str]:
    """An open invoice of 100.00 in QuickBooks, with its customer."""
    who = str(bench.person(Q, "create", "Customer", fields={"DisplayName": "Ada"})["id"])
    item = str(bench.person(Q, "create", "Item", fields=_item(bench))["id"])
    invoice = str(bench.person(Q, "create", "Invoice", fields=_invoice(who, item, "100.00", "1001"))["id"])
    bench.read()
    return bench, who, invoice


def _payment(bench: Bench, who: str, invoice: str, amount: str = "40.00") -> object:
    line = {"Amount": amount, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}
    body = {
        "CustomerRef": {"value": who},
        "TotalAmt": amount,
        "TxnDate": "2026-03-02",
        "PrivateNote": "[hs commerce_payments 6]",
        "Line": [line],
    }
    find = {
        "where": {"CustomerRef": {"value": who}, "TxnDate": "2026-03-02", "TotalAmt": amount},
        "mark": "commerce_payments 6",
    }
    return to_quickbooks(bench.situation(), Entity.PAYMENT, "6", body, find)


def test_documents_that_a_payment_changed_are_read_again(billed: tuple[Bench, str, str]) -> None:
    """After our payment the mirror has the invoice's and the customer's new balance."""
    bench, who, invoice = billed
    bench.write([_payment(bench, who, invoice)])
    sql = (
        "SELECT object, payload->>'Balance' AS b FROM mirror WHERE object IN ('Invoice', 'Customer') AND id IN ($i, $c)"
    )
    held = bench.ask(sql, i=invoice, c=who)
    assert {row["object"]: Decimal(row["b"]) for row in held} == {
        "Invoice": Decimal("60.00"),
        "Customer": Decimal("60.00"),
    }


def test_figures_that_the_books_contradict_are_planned_again(billed: tuple[Bench, str, str]) -> None:
    """What HubSpot shows of the books is what the books say after our payment, not what the plan foresaw."""
    bench, who, invoice = billed
    mirrored = str(bench.person(H, "create", "invoices", fields={"hs_due_date": "2026-03-31T12:00:00Z"})["id"])
    bench.read()
    now = bench.situation()
    figures = [
        change(
            now, Entity.INVOICE, (H, mirrored), invoice, {"qbo_balance_due": text}, {}, wave=Wave.FIGURES, label=text, ids=(mirrored, invoice)
        )
        for text in ("59.00", "60")
    ]  # fmt: skip
    bench.write([_payment(bench, who, invoice), figures[0]])
    assert bench.ends()["59.00"] == ("set_aside", "INV_STALE_VERSION")
    bench.write([figures[1]])
    assert bench.ends()["60"] == ("done", None)


def _meddle(bench: Bench, who: str, monkeypatch: pytest.MonkeyPatch) -> Operation:
    """A change of a contact's first name, and a person who changes it between our look and our write."""
    operation = change(
        bench.situation(), Entity.CUSTOMER, (H, who), "7", {"firstname": "Augusta"}, {"firstname": "Ada"}
    )
    sent = HookedTransport.handle_async_request

    async def meddled(self: HookedTransport, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("contacts/batch/update"):
            bench.person(H, "update", "contacts", id=who, fields={"firstname": "Ada Byron"})
            bench.sandbox.clock.advance(1)
        return await sent(self, request)

    monkeypatch.setattr(HookedTransport, "handle_async_request", meddled)
    return operation


def _die_before_the_history(bench: Bench) -> None:
    """From now on the process dies where it would ask for the history of what it has changed."""
    written = False

    def hook(point: str) -> None:
        nonlocal written
        written |= point.endswith("batch/update")
        if written and point.startswith("before") and point.endswith("batch/read"):
            raise KilledError

    bench.hook = hook


@pytest.mark.rule("H30")
@pytest.mark.parametrize("trouble", ["none", "killed", "answer lost", "never arrived"])
def test_a_value_that_a_person_set_between_our_look_and_our_write_is_reported(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """HubSpot cannot refuse our write, so the history is asked afterwards, by the next run if this one dies or gets no
    answer: the lost value is kept and told, once."""
    who = str(bench.person(H, "create", "contacts", fields={"email": "a@x.com", "firstname": "Ada"})["id"])
    bench.read()
    operation = _meddle(bench, who, monkeypatch)
    if trouble == "killed":
        _die_before_the_history(bench)
    elif trouble != "none":
        kind = "apply_then_reset" if trouble == "answer lost" else "reset_before"
        bench.faults("hubspot", {"when": {"write": "any", "nth": 1}, "do": kind})
    try:
        bench.write([operation])
    except* KilledError:
        bench.reopen()
    for _ in range(2):
        bench.read()
        bench.settle()
    lost = bench.ask("SELECT field, hubspot_id, hubspot_value, quickbooks_value, status FROM drift")
    told = {
        "field": "firstname",
        "hubspot_id": who,
        "hubspot_value": "Ada Byron",
        "quickbooks_value": "Augusta",
        "status": "overwritten",
    }
    assert lost == ([] if trouble == "never arrived" else [told])


@pytest.mark.parametrize(
    ("values", "written", "seen", "expected"),
    [
        (["new", "old"], "new", "old", None),
        (["new", "theirs", "old"], "new", "old", "theirs"),
        (["later", "new", "old"], "new", "old", None),
        (["new", "old"], "new", "new", None),
        (["new"], "new", None, None),
        (["new", "theirs"], "new", None, "theirs"),
        (["a@x.com", "b@x.com", "c@x.com"], "A@x.com", "c@x.com", "b@x.com"),
        ([], "new", "old", None),
    ],
)
def test_what_was_overwritten_is_told_from_the_history(
    values: list[str], written: str, seen: str | None, expected: str | None
) -> None:
    """Only a value that stood between ours and the one we had seen was lost."""
    entries = [{"value": value, "sourceType": "INTEGRATION"} for value in values]
    assert overwritten(entries, written, seen) == expected


def test_what_a_run_made_can_be_voided_and_leaves_a_tombstone(billed: tuple[Bench, str, str]) -> None:
    """An ending writes its tombstone and ends the pair in the transaction that confirms it."""
    bench, _who, invoice = billed
    done = {
        "unlink": ["5", invoice],
        "tombstone": {"system": "hubspot", "id": "5", "partner_id": invoice, "reason": "undone"},
    }
    void = change(
        bench.situation(),
        Entity.INVOICE,
        (Q, invoice),
        "5",
        {},
        {"Balance": "100.00"},
        kind=StepAction.VOID,
        action=Action.VOID,
        on_done=done,
    )
    bench.write([void])
    assert bench.ends() == {"5": ("done", None)}
    assert bench.quickbooks("Invoice")[0]["TotalAmt"] == 0
    assert bench.ask("SELECT entity, id, reason FROM tombstones") == [
        {"entity": "invoice", "id": "5", "reason": "undone"}
    ]


@pytest.mark.parametrize(("trouble", "confirmed"), [("apply_then_reset", 1), ("reset_before", 0)])
def test_a_lost_void_is_settled_by_what_stands_there(
    billed: tuple[Bench, str, str], trouble: str, confirmed: int
) -> None:
    """The document says whether it was voided; if it was, the tombstone is written then."""
    bench, _who, invoice = billed
    done = {"tombstone": {"system": "hubspot", "id": "5", "partner_id": invoice, "reason": "undone"}}
    void = change(
        bench.situation(),
        Entity.INVOICE,
        (Q, invoice),
        "5",
        {},
        {},
        kind=StepAction.VOID,
        action=Action.VOID,
        on_done=done,
    )
    bench.faults("quickbooks", {"when": {"write": "void", "nth": 1}, "do": trouble})
    bench.write([void])
    assert bench.ends() == {"5": ("uncertain", "SYS_OUTCOME_UNCERTAIN")}
    bench.read()
    assert bench.settle().confirmed == confirmed
    assert len(bench.ask("SELECT * FROM tombstones")) == confirmed


def test_against_real_accounts_not_found_is_only_believed_after_two_minutes(bench: Bench) -> None:
    """A request that was sent a moment ago may still be under way there."""
    bench.environment = "production"
    find = {"where": {"DisplayName": "Ada"}, "mark": None}
    bench.faults("quickbooks", {"when": {"write": "create", "nth": 1}, "do": "reset_before"})
    bench.write([to_quickbooks(bench.situation(), Entity.CUSTOMER, "1", {"DisplayName": "Ada"}, find)])
    bench.read()
    waited: list[float] = []
    bench.settle(sleep=waited.append)
    assert len(waited) == 1
    assert timedelta(seconds=100) < timedelta(seconds=waited[0]) <= timedelta(seconds=120)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (None, "", True), ([], None, True), ("100", Decimal("100.00"), True), ("100.00", 100, True), (True, "true", True), ("a", "b", False),
        ("01234", "1234", False), (None, "x", False), ({"value": "1", "name": "A"}, {"value": "1"}, False), ([1, 2], [1], False),
        ([{"Amount": Decimal("1.0")}], [{"Amount": "1.00"}], True), (False, 0, False), ("NaN", Decimal(1), False),
    ],
)  # fmt: skip
def test_values_are_compared_by_what_they_mean(one: object, other: object, equal: bool) -> None:
    """Spelling is no difference; two texts are the same only if they are."""
    assert same(one, other) is equal is same(other, one)


def test_the_time_of_the_journal_is_ours(bench: Bench) -> None:
    """Intents carry our clock; it is compared with nothing of the other systems."""
    bench.write([to_hubspot(bench.situation(), Entity.PRODUCT, "1", {"name": "One"})])
    (row,) = bench.ask("SELECT intended_at FROM journal")
    assert abs(datetime.now(UTC) - row["intended_at"]) < timedelta(minutes=5)
