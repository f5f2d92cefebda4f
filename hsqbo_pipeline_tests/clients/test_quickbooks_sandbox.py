"""The QuickBooks client against the simulated company over real sockets: OAuth, shapes, faults and replays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import SecretStr

from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.clients.opening import oauth_tokens, open_quickbooks, quickbooks_endpoint, quickbooks_token
from hsqbo_pipeline.clients.quickbooks.answers import BatchItem
from hsqbo_pipeline.clients.quickbooks.client import QuickBooksClient
from hsqbo_pipeline.clients.tokens import TokenStore
from hsqbo_pipeline.clients.transport import TokenSource
from hsqbo_pipeline.errors import AuthenticationError, RecordError, UncertainError
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running

T = TypeVar("T")
TOKEN_PATH = "/oauth2/v1/tokens/bearer"


@pytest.fixture(scope="module")
def served() -> Iterator[RunningSandbox]:
    with running(SandboxConfig()) as sandbox:
        yield sandbox


@pytest.fixture
def company(served: RunningSandbox) -> Iterator[RunningSandbox]:
    """An empty company without faults."""
    served.sandbox.reset("quickbooks")
    yield served
    served.sandbox.faults["quickbooks"].clear()


class _Time:
    """Waiting moves the sandbox's clock instead of ours."""

    def __init__(self, company: RunningSandbox) -> None:
        self.waited = 0.0
        self.company = company

    async def sleep(self, seconds: float) -> None:
        self.company.sandbox.clock.advance(seconds)
        self.waited += seconds
        await asyncio.sleep(0)

    def clock(self) -> Clock:
        return Clock(lambda: time.monotonic() + self.waited, self.sleep, self.company.sandbox.clock.now)


def _ask(
    company: RunningSandbox, main: Callable[[QuickBooksClient], Awaitable[T]], tokens: TokenSource | None = None
) -> T:
    async def work() -> T:
        login = tokens or quickbooks_token(SecretStr("sandbox-access"))
        realm = company.sandbox.quickbooks.books.realm
        client = open_quickbooks(company.quickbooks_url, realm, login, clock=_Time(company).clock())
        try:
            return await main(client)
        finally:
            await client.aclose()

    return asyncio.run(work())


def _login(company: RunningSandbox, folder: Path) -> TokenSource:
    endpoint = quickbooks_endpoint("sandbox-client", SecretStr("sandbox-secret"), company.quickbooks_url + TOKEN_PATH)
    return oauth_tokens(
        TokenStore(folder / "quickbooks.json"),
        endpoint,
        account=company.sandbox.quickbooks.books.realm,
        environment="sandbox",
        refresh_token=SecretStr("sandbox-refresh"),
        clock=_Time(company).clock(),
    )


def _faults(company: RunningSandbox, *rules: dict[str, Any]) -> None:
    company.sandbox.faults["quickbooks"].load([{"system": "quickbooks", **rule} for rule in rules])


def _customers(count: int) -> list[BatchItem]:
    return [BatchItem(str(n), "create", "Customer", {"DisplayName": f"Customer {n} O'Neil\\"}) for n in range(count)]


def test_masters_are_made_looked_up_and_changed(company: RunningSandbox) -> None:
    """Batches, look-ups by names full of quotes, sparse updates with SyncToken, and inactive ones seen again."""

    async def main(client: QuickBooksClient) -> None:
        answers = await client.batch(_customers(30), "first")
        assert all(answer.record for answer in answers)
        names = [f"Customer {n} O'Neil\\" for n in range(30)]
        found = await client.query_in("Customer", "DisplayName", [*names, "Nobody"])
        assert sorted(record["DisplayName"] for record in found) == sorted(names)
        first = (await client.get("Customer", found[0]["Id"])).record
        change = {"Id": first["Id"], "SyncToken": first["SyncToken"], "sparse": True, "Active": False}
        assert (await client.post("Customer", change)).record["Active"] is False
        with pytest.raises(RecordError) as caught:
            await client.post("Customer", {**change, "Notes": "late"})
        assert caught.value.code == "INV_STALE_VERSION"
        assert await client.count("Customer") == 30
        pages = [page async for page in client.query_pages("Customer", page=7)]
        assert len({record["Id"] for page in pages for record in page.records}) == 30
        assert sum(len(page.records) for page in pages) == 30

    _ask(company, main)


def test_one_bad_item_of_a_batch_stands_alone(company: RunningSandbox) -> None:
    """Name taken, name illegal and nothing wrong, each on its own item."""

    async def main(client: QuickBooksClient) -> list[str | None]:
        await client.post("Customer", {"DisplayName": "Taken"})
        items = [
            BatchItem("a", "create", "Customer", {"DisplayName": "taken"}),
            BatchItem("b", "create", "Customer", {"DisplayName": "Bad:Name"}),
            BatchItem("c", "create", "Customer", {"DisplayName": "Good"}),
        ]
        return [answer.error.code if answer.error else None for answer in await client.batch(items)]

    assert _ask(company, main) == ["CUS_DISPLAY_NAME_TAKEN", "CUS_NAME_ILLEGAL", None]


def test_amounts_arrive_to_the_cent_and_items_with_their_sku(company: RunningSandbox) -> None:
    """A price is the Decimal it was; `*` on Item brings the SKU along."""

    async def main(client: QuickBooksClient) -> None:
        account = (await client.query_in("Account", "AccountType", ["Income"]))[0]
        body = {
            "Name": "Track",
            "Type": "Service",
            "Sku": "T-1",
            "UnitPrice": Decimal("0.99"),
            "IncomeAccountRef": {"value": account["Id"]},
        }
        await client.post("Item", body)
        (item,) = await client.query_in("Item", "Sku", ["T-1"])
        assert (item["UnitPrice"], item["Sku"]) == (Decimal("0.99"), "T-1")
        info, prefs = await client.company_info(), await client.preferences()
        assert info.record["CompanyName"]
        assert prefs.record["CurrencyPrefs"]
        changes = await client.cdc(["Item", "Customer"], info.time - timedelta(minutes=5))
        assert [record["Sku"] for record in changes.records["Item"]] == ["T-1"]
        assert changes.truncated == frozenset()

    _ask(company, main)


def test_the_same_request_id_replays_and_makes_no_second_record(company: RunningSandbox) -> None:
    """The belt of the write protocol: a lost answer's repeat gives the first record."""

    async def main(client: QuickBooksClient) -> None:
        first = await client.post("Customer", {"DisplayName": "Once"}, requestid="same")
        again = await client.post("Customer", {"DisplayName": "Once"}, requestid="same")
        assert again.record["Id"] == first.record["Id"]
        assert await client.count("Customer", "DisplayName = 'Once'") == 1

    _ask(company, main)


@pytest.mark.rule("D12", "SYS_OUTCOME_UNCERTAIN")
@pytest.mark.parametrize("do", ["apply_then_reset", "apply_then_500", "close_mid_body"])
def test_a_write_whose_answer_is_lost_was_sent_once(company: RunningSandbox, do: str) -> None:
    """The record is there once; the client says that it does not know."""
    _faults(company, {"when": {"write": "create", "nth": 1}, "do": do})

    async def main(client: QuickBooksClient) -> tuple[int, int]:
        with pytest.raises(UncertainError):
            await client.post("Customer", {"DisplayName": "Once"}, requestid="r")
        return client.counts.writes, await client.count("Customer", "DisplayName = 'Once'")

    assert _ask(company, main) == (1, 1)


@pytest.mark.parametrize(
    "do", ["429", "500", "503", "html_maintenance", "empty_body", "reset_before", "close_mid_body"]
)
def test_reads_survive_every_passing_fault(company: RunningSandbox, do: str) -> None:
    """A read meets the fault once and is answered the second time."""
    _faults(company, {"when": {"nth": 1}, "do": do})

    async def main(client: QuickBooksClient) -> int:
        assert await client.count("Customer") == 0
        return client.counts.retries

    assert _ask(company, main) == 1


def test_a_throttle_inside_a_batch_concerns_its_item_only(company: RunningSandbox) -> None:
    """An item turned away with 3001 under HTTP 200 may be sent again; the others stand."""
    _faults(company, {"when": {"nth": 1}, "do": "429_item"})

    async def main(client: QuickBooksClient) -> list[str]:
        answers = await client.batch(_customers(4))
        return [answer.error.code for answer in answers if answer.error]

    codes = _ask(company, main)
    assert codes
    assert set(codes) == {"RATE_QBO"}


def test_oauth_from_the_first_token_to_a_rotation_in_mid_run(company: RunningSandbox, tmp_path: Path) -> None:
    """An access token that dies early is renewed once, in the middle of whatever was going on."""
    login = _login(company, tmp_path)

    async def main(client: QuickBooksClient) -> None:
        await client.company_info()
        company.sandbox.quickbooks.office.expire_access()
        await asyncio.gather(*(client.count("Customer") for _ in range(6)))
        await client.post("Customer", {"DisplayName": "After"})
        assert await client.count("Customer") == 1

    _ask(company, main, login)
    assert '"sandbox-refresh"' not in (tmp_path / "quickbooks.json").read_text()
    _ask(company, main_again, _login(company, tmp_path))


async def main_again(client: QuickBooksClient) -> None:
    """A later process goes on with the stored tokens."""
    assert await client.count("Customer") == 1


@pytest.mark.rule("D1", "AUTH_QBO_EXPIRED")
def test_a_login_lost_to_someone_else_ends_with_what_to_do(company: RunningSandbox) -> None:
    """A token that nobody accepts is no reason to try again and again."""

    async def main(client: QuickBooksClient) -> int:
        with pytest.raises(AuthenticationError, match="hsqbo connect quickbooks") as caught:
            await client.company_info()
        assert (caught.value.code, "nobodys" in str(caught.value)) == ("AUTH_QBO_EXPIRED", False)
        return client.counts.total

    assert _ask(company, main, quickbooks_token(SecretStr("nobodys-token"))) == 1


def test_a_sandbox_started_anew_accepts_us_again(company: RunningSandbox, tmp_path: Path) -> None:
    """The stored chain is unknown to a fresh sandbox; its first token, still in the settings, opens it."""
    _ask(company, _count, _login(company, tmp_path))
    with running(SandboxConfig()) as fresh:
        assert _ask(fresh, _count, _login(fresh, tmp_path)) == 0


async def _count(client: QuickBooksClient) -> int:
    return await client.count("Customer")


def test_full_speed_meets_no_429(company: RunningSandbox) -> None:
    """With the company's real limits on, 90 queries and 50 batches are all let through."""

    async def main(client: QuickBooksClient) -> int:
        await asyncio.gather(*(client.count("Customer") for _ in range(90)))
        await asyncio.gather(
            *(client.batch([BatchItem("1", "create", "Customer", {"DisplayName": f"C{n}"})]) for n in range(50))
        )
        return client.counts.throttled

    assert _ask(company, main) == 0
