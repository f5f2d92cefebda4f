"""Two nights of very many invoices, three lines each: all of them new, then every line of all of them changed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running
from hsqbo_pipeline_tests.nights.town import RULES

LINES = 3
_ITEMS = 50
_CUSTOMERS = 500


@dataclass(frozen=True)
class Night:
    """What a run took: requests by system and kind, seconds of its processor, and its largest memory in MiB."""

    requests: Mapping[str, Mapping[str, int]]
    processor: float
    memory_mib: float
    exit_code: int

    def __str__(self) -> str:
        told = [
            f"    {count:>6,}  {system}  {kind}"
            for system, kinds in self.requests.items()
            for kind, count in sorted(kinds.items(), key=lambda each: -each[1])
        ]
        total = sum(sum(kinds.values()) for kinds in self.requests.values())
        head = f"{total:,} requests, {self.processor:.0f} s of processor, {self.memory_mib:,.0f} MiB at most"
        return "\n".join([f"{head} (exit {self.exit_code})", *told])


def measure(folder: Path, invoices: int) -> list[tuple[str, Night]]:
    """The load, the night on which all changed, and one on which nothing did; each a process of its own, as cron starts it."""
    with running(SandboxConfig(limits=False)) as served:
        books = served.sandbox.quickbooks
        income = next(each["Id"] for each in books.state()["Account"] if each["AccountType"] == "Income")
        ids = _fill(served, invoices, income)
        with (folder / "sync.yaml").open("w", encoding="utf-8") as stream:
            rules = {**RULES, "products": {"direction": "quickbooks_to_hubspot"}, "payments": {"direction": "off"}}
            YAML(typ="safe").dump({"version": 1, **rules}, stream)
        found = [(f"{invoices:,} invoices and {invoices * LINES:,} lines made", _night(folder, served))]
        for one in ids:
            patch = {n: {"Qty": 3, "UnitPrice": 20 + n, "Amount": 3 * (20 + n)} for n in range(1, LINES + 1)}
            books.person({"action": "update", "object": "Invoice", "id": one, "lines_patch": patch})
        found.append((f"{invoices:,} invoices and {invoices * LINES:,} lines changed", _night(folder, served)))
        return [*found, ("nothing changed", _night(folder, served))]


def _fill(served: RunningSandbox, invoices: int, income: str) -> list[str]:
    def made(name: str, **more: object) -> str:
        return str(served.sandbox.quickbooks.person({"action": "create", "object": name, **more})["id"])

    item = {"Type": "NonInventory", "IncomeAccountRef": {"value": income}, "UnitPrice": 10}
    items = [made("Item", fields={**item, "Name": f"Item {n}", "Sku": f"S-{n}"}) for n in range(_ITEMS)]
    customers = [
        made("Customer", fields={"DisplayName": f"Firm {n}", "PrimaryEmailAddr": {"Address": f"firm{n}@example.com"}})
        for n in range(_CUSTOMERS)
    ]
    found = []
    for n in range(invoices):
        header = {"CustomerRef": customers[n % _CUSTOMERS], "DocNumber": f"B{n}", "TxnDate": "2026-02-10"}
        lines = [{"item": items[(n + k) % _ITEMS], "Qty": 2, "UnitPrice": 10 + k} for k in range(LINES)]
        found.append(made("Invoice", fields=header, lines=lines))
    return found


def _night(folder: Path, served: RunningSandbox) -> Night:
    served.sandbox.clock.advance(86_400)
    for traffic in served.sandbox.traffic.values():
        traffic.clear()
    given = {
        "DATA": str(folder / "data"), "RULES": str(folder / "sync.yaml"), "HUBSPOT_BASE_URL": served.hubspot_url,
        "QUICKBOOKS_BASE_URL": served.quickbooks_url,
    }  # fmt: skip
    environment = {**os.environ, **{f"HSQBO_{name}": value for name, value in given.items()}}
    with (folder / "night.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hsqbo_pipeline", "sync", "--json"], env=environment, stdout=log, stderr=log
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    requests = {name: dict(traffic.summary()["by_endpoint"]) for name, traffic in served.sandbox.traffic.items()}  # type: ignore[call-overload]
    return Night(requests, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode)
