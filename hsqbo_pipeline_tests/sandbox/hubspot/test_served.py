"""The portal over a real connection: what only a server can show."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running

CONTACT = {"properties": {"email": "ada@example.com"}}
PATH = "/crm/objects/2026-09/contacts"


@pytest.fixture(scope="module")
def box() -> Iterator[RunningSandbox]:
    """A sandbox on free ports."""
    with running(SandboxConfig()) as served:
        yield served


@pytest.fixture
def client(box: RunningSandbox) -> Iterator[httpx.Client]:
    """A client of an empty portal."""
    with httpx.Client(base_url=box.hubspot_url, headers={"Authorization": "Bearer pat-sandbox"}) as made:
        assert made.post("/_sandbox/reset").status_code == 200
        yield made


@pytest.mark.parametrize(("fault", "written"), [("reset_before", 0), ("apply_then_reset", 1), ("close_mid_body", 1)])
def test_a_cut_connection_leaves_the_client_in_the_dark(client: httpx.Client, fault: str, written: int) -> None:
    """Checklist 11: the connection is cut before the write took effect, after it, or in the middle of the answer."""
    client.post("/_sandbox/faults", json=[{"when": {"write": "create", "object": "contacts"}, "do": fault, "times": 1}])
    with pytest.raises(httpx.TransportError):
        client.post(PATH, json=CONTACT)
    assert len(client.get("/_sandbox/state").json()["contacts"]) == written
    assert client.post(PATH, json=CONTACT).status_code == (409 if written else 201)


def test_answers_are_dated_by_the_sandbox_clock(client: httpx.Client) -> None:
    """The Date header tells the sandbox's time, so that a client can take its now from it."""
    client.post("/_sandbox/clock", json={"set": "2027-01-02T03:04:05Z"})
    assert client.get(PATH).headers["date"].startswith("Sat, 02 Jan 2027 03:04:05")


def test_people_and_settings_through_the_control_routes(client: httpx.Client) -> None:
    """A person's action keeps its decimals, is not counted, and says what is wrong with it."""
    action = {"action": "create", "object": "invoices", "lines": [{"name": "W", "quantity": 3, "price": 19.99}]}
    made = client.post("/_sandbox/person", json=action).json()
    assert made["record"]["properties"]["hs_amount_billed"] == "59.97"
    refused = client.post("/_sandbox/person", json={"action": "dance"})
    assert (refused.status_code, "known actions" in refused.text) == (400, True)
    assert client.get("/_sandbox/requests").json()["total"] == 0
    names = client.post("/_sandbox/reset", json={"portal": {"tax_rates": [{"as": "g20", "percent": 20}]}}).json()[
        "names"
    ]
    assert client.get(f"/tax-rates/2026-09/tax-rates/{names['g20']}").json()["percentageRate"] == 20.0


def test_long_addresses_are_refused_at_the_edge(client: httpx.Client) -> None:
    """Trap 30: an address beyond 8 kB is 414 and no JSON; a batch read with as many properties is served."""
    names = [f"property_{n}" for n in range(700)]
    refused = client.get(PATH, params={"properties": ",".join(names)})
    assert (refused.status_code, refused.text[:6]) == (414, "<html>")
    made = client.post(PATH, json=CONTACT).json()["id"]
    assert client.post(f"{PATH}/batch/read", json={"inputs": [{"id": made}], "properties": names}).status_code == 200
