"""Puts the sample company into a sandbox: the sound book of each system, then its quirks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from hsqbo_pipeline.sandbox.books import to_hubspot, to_quickbooks
from hsqbo_pipeline.sandbox.books.book import read
from hsqbo_pipeline.sandbox.cast import Cast
from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig
from hsqbo_pipeline.sandbox.sample.folder import CLOCK_START, FOLDER

QUIRKS = "quirks.yaml"
_ACCOUNTS = {
    "acc_income": "Sales of Product Income",
    "acc_asset": "Inventory Asset",
    "acc_cogs": "Cost of Goods Sold",
    "acc_undep": "Undeposited Funds",
}
_DEFAULTS = {
    "hubspot.invoices": {
        "hs_invoice_status": "open", "hs_invoice_billable": "true", "hs_invoice_source": "HubSpot",
        "hs_currency": "<portal currency>", "hs_invoice_date": "2026-11-10T00:00:00Z", "hs_due_date": "2026-12-10T00:00:00Z",
    },
}  # fmt: skip


def quirks(folder: Path = FOLDER) -> Mapping[str, Any]:
    """What was put in by hand. Raises ValueError where the sample company is not at hand."""
    path = folder / QUIRKS
    if not path.is_file():
        raise ValueError(
            f"{path} is missing: the sample company lies in data/sandbox/ of a checkout; use --book or --records"
        )
    loaded: Mapping[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return loaded


def sample_config(folder: Path = FOLDER, casts: dict[str, Cast] | None = None) -> SandboxConfig:
    """A sandbox that holds the sample company and begins on its day; `casts` gets its records by name. Raises ValueError."""
    given = quirks(folder)
    kept = {} if casts is None else casts

    def filled(sandbox: Sandbox, system: str) -> None:
        kept[system] = fill(sandbox, system, folder)

    return SandboxConfig(
        clock_start=CLOCK_START,
        company=given["company"],
        portal=given["portal"],
        fill=filled,
    )


def fill(sandbox: Sandbox, system: str, folder: Path = FOLDER) -> Cast:
    """Put one system's half of the company in; its records by name. Raises ValueError."""
    given = quirks(folder)
    book = read(folder / system)
    cast = Cast(sandbox, _DEFAULTS)
    if system == "quickbooks":
        cast.learn(system, "Account", _accounts(sandbox))
        cast.learn(system, "", to_quickbooks.load(sandbox.quickbooks, book))
    else:
        cast.learn(system, "", to_hubspot.load(sandbox.hubspot, book))
    for entry in given[system]:
        cast.give(system, entry)
    for act in given["people"]:
        if act["system"] == system:
            cast.act(act)
    return cast


def next_day(casts: Mapping[str, Cast], folder: Path = FOLDER) -> None:
    """What people do in both systems after a first night. Raises ValueError."""
    for act in quirks(folder)["next_day"]:
        casts[act["system"]].act(act)


def _accounts(sandbox: Sandbox) -> dict[str, str]:
    by_name = {account["Name"]: str(account["Id"]) for account in sandbox.quickbooks.books.tables["Account"].docs()}
    return {name: by_name[called] for name, called in _ACCOUNTS.items()}
