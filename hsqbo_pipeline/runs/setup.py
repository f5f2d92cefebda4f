"""`hsqbo init`: the questions of HubSpot's set-up, in its order, and what their answers change in `sync.yaml`.

A file that is there is the starting point: its values are the answers offered, and only what is answered differently is
changed in it. The file that ships with the product is the sample company's and counts as none.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hsqbo_pipeline.core.accounts import DEPOSIT_TYPES, INCOME_TYPES, Account, find_account
from hsqbo_pipeline.errors import ConfigurationError, HsqboError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import Mode, Rules, editing, parse
from hsqbo_pipeline.model.rules.words import DirectionWord, Winner
from hsqbo_pipeline.runs.connection import open_clients
from hsqbo_pipeline.settings import Settings

SECTIONS = {
    "customers": Entity.CUSTOMER,
    "products": Entity.PRODUCT,
    "invoices": Entity.INVOICE,
    "payments": Entity.PAYMENT,
}
PRESETS = {
    "recommended": "customers=both, products=quickbooks_to_hubspot, invoices=quickbooks_to_hubspot, payments=quickbooks_to_hubspot",
    "both": "customers=both, products=both, invoices=both, payments=both",
}
TAX = ("refuse", "send_non", "let_quickbooks_compute", "later")
WORKFLOW_FILTER = (
    "in each workflow on contacts, invoices or payments: `QuickBooks id` (qbo_id) is unknown AND `Made by QuickBooks backfill` "
    "(qbo_backfill) is unknown; in one that creates paid invoices or sales receipts also: the payment has no associated invoice"
)


@dataclass(frozen=True)
class Facts:
    """What the company says of itself. `trouble` says why it could not be asked; the rest is then empty."""

    now: datetime
    zone: str | None = None
    name: str = ""
    country: str = ""
    uses_sales_tax: bool | None = None
    accounts: Sequence[Account] = ()
    trouble: str | None = None


@dataclass(frozen=True)
class Answers:
    """The answers to the eight questions; None for an account or a tax policy that is to be chosen later."""

    directions: Mapping[str, DirectionWord]
    winner: Winner
    bill: str
    income_account: str | None
    deposit_to: str | None
    tax: str | None
    start: datetime
    mode: Mode
    workflows: bool
    timezone: str

    @property
    def to_quickbooks(self) -> bool:
        """Whether anything but customers is written into the books, so that accounts and tax matter."""
        return any(System.QUICKBOOKS in self.directions[name].targets for name in ("products", "invoices", "payments"))


@dataclass(frozen=True)
class Draft:
    """The file as it would be written. `lost` are comments that could not be kept, '' in `before` where there is no file."""

    path: Path
    before: str
    after: str
    rules: Rules
    lost: Sequence[str]

    @property
    def diff(self) -> str:
        """What changes, as `diff -u` shows it; empty where nothing does."""
        name = self.path.name
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), name, name, lineterm="", n=1)
        return "\n".join(lines)

    def write(self) -> None:
        """Replace the file in one step. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self.after)
        Path(part).chmod(0o644)
        Path(part).replace(self.path)


def text_so_far(path: Path) -> str | None:
    """A person's own file; None where there is none, or only the sample company's. Raises ConfigurationError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigurationError(f"{path}: cannot be read ({type(exc).__name__}).", file=str(path)) from None
    return None if text == editing.shipped() else text


def ask_company(settings: Settings) -> Facts:
    """Zone, tax and accounts, by three reads; what stands in the way is told and stops nobody."""
    try:
        return asyncio.run(_ask_company(settings))
    except HsqboError as error:
        return Facts(datetime.now(UTC), trouble=str(error))


async def _ask_company(settings: Settings) -> Facts:
    async with open_clients(settings) as clients:
        info = await clients.quickbooks.company_info()
        preferences = (await clients.quickbooks.preferences()).record
        accounts = [record async for page in clients.quickbooks.query_pages("Account") for record in page.records]
    return Facts(
        now=info.time,
        zone=str(info.record.get("DefaultTimeZone") or "") or None,
        name=str(info.record.get("CompanyName") or ""),
        country=str(info.record.get("Country") or ""),
        uses_sales_tax=str((preferences.get("TaxPrefs") or {}).get("UsingSalesTax")).lower() == "true",
        accounts=[
            Account(str(one["Id"]), str(one.get("Name") or ""), str(one.get("AccountType") or ""), one.get("Active") is not False)
            for one in accounts
        ],
    )  # fmt: skip


def offered(text: str | None, facts: Facts, zone: str | None = None) -> Answers:
    """The answers one gets by agreeing: those of the file, else HubSpot's recommended ones from this midnight on.

    Raises ConfigurationError for a file that is wrong, and where nobody can say which zone the company is in.
    """
    rules = parse(text) if text is not None else None
    zone = zone or (rules.timezone if rules else facts.zone)
    if zone is None:
        raise ConfigurationError(
            f"The company could not be asked for its time zone ({facts.trouble}). Say it with --timezone, such as "
            "--timezone America/New_York.",
            field="--timezone",
        )
    base = rules or Rules(timezone=zone)
    named = base.products.income_account or base.invoices.custom_item_income_account
    return Answers(
        directions={name: base.of(entity).direction for name, entity in SECTIONS.items()},
        winner=base.customers.winner,
        bill=base.customers.bill,
        income_account=named,
        deposit_to=base.payments.deposit_to.get("default"),
        tax=base.tax.us_untaxed_hs_invoice,
        start=(rules.start if rules and rules.start else None) or midnight(facts.now, zone),
        mode=base.mode or Mode.OBSERVE,
        workflows=base.payments.workflows_exclude_backfill,
        timezone=zone,
    )


def midnight(now: datetime, zone: str) -> datetime:
    """The midnight before a moment, where the company is; without offset, as the file has it (1.29)."""
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def draft(path: Path, text: str | None, answers: Answers, offered: Answers) -> Draft:
    """The file with those answers in it that differ from the offered ones. Raises ConfigurationError where it would not load."""
    before = text or ""
    after = text if text is not None else editing.for_a_beginning()
    for place, value in _values(answers, offered).items():
        if _said(parse(after), place) != value:
            after = editing.changed(after, place, value)
    rules = parse(after, str(path))
    return Draft(path, before, after, rules, editing.lost_comments(before, after))


def _values(answers: Answers, offered: Answers) -> dict[editing.Path, str | bool]:
    """Place in the file to its value. What was left open is not touched, nor what one answer stands for in several places
    and a person has said differently there, unless that answer is a new one."""
    values: dict[editing.Path, str | bool] = {("timezone",): answers.timezone}
    values |= {(name, "direction"): word.value for name, word in answers.directions.items()}
    if answers.winner is not offered.winner:
        values |= {(name, "winner"): answers.winner.value for name in ("customers", "products", "invoices")}
    values[("customers", "bill")] = answers.bill
    if answers.income_account and answers.income_account != offered.income_account:
        values[("products", "income_account")] = answers.income_account
        values[("invoices", "custom_item_income_account")] = answers.income_account
    if answers.deposit_to:
        values[("payments", "deposit_to")] = answers.deposit_to
    if answers.tax:
        values[("tax", "us_untaxed_hs_invoice")] = answers.tax
    values[("start",)] = answers.start.isoformat()
    values[("mode",)] = answers.mode.value
    values[("payments", "workflows_exclude_backfill")] = answers.workflows
    return values


def _said(rules: Rules, place: editing.Path) -> str | bool | None:
    """What the rules say at a place now."""
    if place == ("payments", "deposit_to"):
        return rules.payments.deposit_to.get("default")
    if place == ("start",):
        return rules.start.isoformat() if rules.start else None
    if len(place) == 1:
        value = getattr(rules, place[0])
    else:
        value = getattr(getattr(rules, place[0]), place[1])
    return value if isinstance(value, bool) or value is None else str(value)


# ---- answers as they are typed -----------------------------------------------------------------------------------------


def read_directions(text: str, current: Mapping[str, DirectionWord]) -> dict[str, DirectionWord]:
    """`recommended`, `both`, or single objects such as `customers=both, payments=off`; the rest stays."""
    found = dict(current)
    for part in (PRESETS.get(text.strip(), text)).split(","):
        name, _, word = (each.strip() for each in part.partition("="))
        if name not in SECTIONS or word not in set(DirectionWord):
            raise _wrong(
                "directions", text,
                f"{' or '.join(PRESETS)}, or e.g. customers=both with {', '.join(SECTIONS)} and {', '.join(DirectionWord)}",
            )  # fmt: skip
        found[name] = DirectionWord(word)
    return found


def read_start(text: str, facts: Facts, zone: str) -> datetime:
    """`today`, a day, or a day and time where the company is."""
    if text.strip() == "today":
        return midnight(facts.now, zone)
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise _wrong("start", text, f"today, a day such as {facts.now.date()}, or a day and time") from None


def read_account(text: str, facts: Facts, kind: str) -> str | None:
    """An active account's name or id, checked against the books where they could be asked; `later` for none."""
    wanted = text.strip()
    if wanted in ("", "later"):
        return None
    types = INCOME_TYPES if kind == "income" else DEPOSIT_TYPES
    if facts.accounts and find_account(facts.accounts, wanted, types) is None:
        raise _wrong(f"{kind} account", wanted, f"later, or one of {', '.join(accounts_of(facts, kind))}")
    return wanted


def accounts_of(facts: Facts, kind: str) -> list[str]:
    """The names of the active accounts that fit."""
    types = INCOME_TYPES if kind == "income" else DEPOSIT_TYPES
    return [one.name for one in facts.accounts if one.active and one.type in types]


def read_word(what: str, text: str, allowed: Sequence[str]) -> str:
    """One of some words."""
    if text.strip() not in allowed:
        raise _wrong(what, text, ", ".join(allowed))
    return text.strip()


def _wrong(what: str, value: str, allowed: str) -> ConfigurationError:
    return ConfigurationError(f"{what}: must be {allowed} (it says {value})", field=what, value=value)
