"""Why a record is failing, excluded, waiting, warned about or blocked: every reason there is, by name.

`codes.csv` says what a code means to the machine, `texts/codes.en.csv` what it says to a person, `texts/slots.en.csv`
which neutral word fills a slot nobody filled. A code never changes its meaning. Names with a number (D1 … D102) are
those of the published list; the others were added for accounting reasons and for our own house.

A few codes may have another class than their usual one (an unmatched line is a warning where the rules allow a fallback
item): whoever gives the code says so with the slot `klass`, and only the alternative in the table is accepted.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, NamedTuple

UNCHANGED = "OPS_UNCHANGED"
_EMAIL = re.compile(r"([\w.%+'-])[\w.%+'-]*@([\w-]+\.)+[A-Za-z]{2,}")
_PROPER_NAMES = {
    "hubspot": "HubSpot",
    "quickbooks": "QuickBooks",
    "quickbooks_to_hubspot": "from QuickBooks to HubSpot",
    "hubspot_to_quickbooks": "from HubSpot to QuickBooks",
}


class State(StrEnum):
    """How a record stands after a run; each has exactly one."""

    IN_SYNC = "IN_SYNC"
    FAILING = "FAILING"
    EXCLUDED = "EXCLUDED"
    WAITING = "WAITING"
    BLOCKED = "BLOCKED"


class Class(StrEnum):
    """What kind of reason a code is."""

    FAILING = "FAILING"  # should be in step, is not: a person or another try must act
    EXCLUDED = "EXCLUDED"  # a rule keeps it out; no error
    SKIPPED = "SKIPPED"  # nothing to do, or not yet
    WARNING = "WARNING"  # in step, but look
    BLOCKED = "BLOCKED"  # the whole run or object stops; no record is to blame

    @property
    def state(self) -> State:
        """The state of a record whose primary reason is of this class."""
        return _STATES[self]


class Category(StrEnum):
    """Where in the report a code stands."""

    IDENTITY = "identity"
    CUSTOMER = "customer"
    ITEM = "item"
    INVOICE = "invoice"
    TAX = "tax"
    PAYMENT = "payment"
    PERIOD = "period"
    CURRENCY = "currency"
    CONNECTION = "connection"
    CONFIGURATION = "configuration"
    OPERATION = "operation"


class Owner(StrEnum):
    """Who can do something about it."""

    SALES = "sales"
    BOOKS = "books"
    ADMIN = "admin"


class Retry(StrEnum):
    """When it is tried again."""

    AUTOMATIC = "automatic"  # next run
    BACK_OFF = "back_off"  # within the run, then next run
    AFTER_USER = "after_user"  # once a person has changed something
    AUTOMATIC_THEN_USER = "automatic_then_user"  # next runs, a few times, then it is parked
    NONE = "none"


_STATES = {
    Class.FAILING: State.FAILING,
    Class.EXCLUDED: State.EXCLUDED,
    Class.SKIPPED: State.WAITING,
    Class.WARNING: State.IN_SYNC,
    Class.BLOCKED: State.BLOCKED,
}


class Text(NamedTuple):
    """What a person reads: what is the matter, and what to do."""

    sentence: str
    fix: str


@dataclass(frozen=True, slots=True)
class Code:
    """One reason. `number` is '' for codes outside the published list; `alternative` is the other class it may have."""

    name: str
    number: str
    klass: Class
    alternative: Class | None
    category: Category
    owner: Owner
    retry: Retry
    sentence: str
    fix: str

    @property
    def state(self) -> State:
        """The state of a record that has this code in its usual class."""
        return State.IN_SYNC if self.name == UNCHANGED else self.klass.state

    @property
    def slots(self) -> frozenset[str]:
        """The names of what the texts want to be told."""
        return frozenset(slots_in(self.sentence) | slots_in(self.fix))

    def klass_of(self, slots: Mapping[str, Any]) -> Class:
        """The class in one case: the slot `klass` if given, else the usual one.

        Raises ValueError if that class is neither the code's usual one nor its alternative.
        """
        wanted = Class(slots["klass"]) if slots.get("klass") else self.klass
        if wanted not in (self.klass, self.alternative):
            raise ValueError(f"{self.name} cannot be of class {wanted}")
        return wanted

    def state_of(self, slots: Mapping[str, Any]) -> State:
        """The state in one case. Raises ValueError as `klass_of`."""
        return State.IN_SYNC if self.name == UNCHANGED else self.klass_of(slots).state


def render(code: str, /, **slots: Any) -> Text:
    """The texts of a code with its slots filled; what is missing or None becomes a neutral word, and nothing raises.

    An unknown code is told as SYS_UNMAPPED_ERROR with its name. E-mail addresses inside values are masked: sentences go
    into screens and mails that many people see.
    """
    entry = CODES.get(code)
    if entry is None:
        entry, slots = CODES["SYS_UNMAPPED_ERROR"], {"short": code, **slots}
    return Text(_fill(entry.sentence, slots), _fill(entry.fix, slots))


def slots_in(template: str) -> set[str]:
    """The names between braces in a template."""
    return {name for _text, name, _spec, _conversion in Formatter().parse(template) if name}


def mask_emails(text: str) -> str:
    """The text with each e-mail address cut to its first letter and domain."""
    return _EMAIL.sub(lambda found: f"{found[1]}…@{found[0].rsplit('@', 1)[1]}", text)


def _fill(template: str, slots: Mapping[str, Any]) -> str:
    words = {name: _word(name, slots.get(name)) for name in slots_in(template)}
    text = template.format_map(words)
    leading = template[1 : template.index("}")] if template.startswith("{") else ""
    # A neutral word that begins a sentence gets a capital; a value stays as it is.
    return text[:1].upper() + text[1:] if leading and words[leading] == _neutral_words().get(leading) else text


def _word(slot: str, value: Any) -> str:
    """A slot's value as people write it, or its neutral word."""
    text = "" if value is None else _as_text(value)
    if not text:
        return _neutral_words().get(slot, "")
    return mask_emails(text)


def _as_text(value: Any) -> str:
    """Amounts without exponent, days as ISO, several things with commas, all of it on one line."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return ", ".join(f"{_as_text(key)}: {_as_text(item)}" for key, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return ", ".join(_as_text(item) for item in value)
    text = " ".join(str(value).split())
    return _PROPER_NAMES.get(text, text)


def _table(name: str) -> list[dict[str, str]]:
    text = files("hsqbo_pipeline.model").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _neutral_words() -> dict[str, str]:
    return {row["slot"]: row["word"] for row in _table("texts/slots.en.csv")}


def _load() -> dict[str, Code]:
    texts = {row["code"]: row for row in _table("texts/codes.en.csv")}
    return {
        row["code"]: Code(
            name=row["code"],
            number=row["number"],
            klass=Class(row["class"]),
            alternative=Class(row["alternative"]) if row["alternative"] else None,
            category=Category(row["category"]),
            owner=Owner(row["owner"]),
            retry=Retry(row["retry"]),
            sentence=texts[row["code"]]["sentence"],
            fix=texts[row["code"]]["fix"],
        )
        for row in _table("codes.csv")
    }


CODES: Mapping[str, Code] = _load()
