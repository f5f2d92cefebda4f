"""What a new QuickBooks customer is called, and which names QuickBooks will not take.

The name is the associated company's, else first and last name, else the e-mail address (A46, A47), or a template's. It
is written once, at creation (N12). QuickBooks forbids colons, tabs and line breaks in it, since a colon separates a
customer from its jobs, and takes 500 characters.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LONGEST_DISPLAY_NAME = 500
LONGEST_NAME = 100  # of a person's first or last name, and of a company
FALLBACKS = ("person", "email")
TEMPLATE_FIELDS = {"company": "company", "first": "first_name", "last": "last_name", "email": "email"}

_FORBIDDEN = re.compile(r"[:\t\r\n]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class ProposedName:
    """A display name; `code` says why QuickBooks would not take it, or why there is none."""

    name: str | None
    code: str | None = None
    longest: int = LONGEST_DISPLAY_NAME


def propose_name(
    fields: Mapping[str, str | None],
    *,
    from_company: bool = True,
    template: str | None = None,
    fallbacks: Sequence[str] = FALLBACKS,
    clean: bool = False,
) -> ProposedName:
    """The display name of a customer to be made from these canonical fields, checked.

    `template` (`"{company} - {last}, {first}"`) is used where all its fields are filled, else the usual order holds.
    `from_company=False` turns the company's name off (A48). `fallbacks` are tried next, in their order. `clean` turns
    on repairing instead of refusing.
    """
    name = _from_template(fields, template) or _usual(fields, fallbacks, from_company=from_company)
    return checked_name(clean_name(name) if name and clean else name)


def checked_name(name: str | None, longest: int = LONGEST_DISPLAY_NAME) -> ProposedName:
    """The name with the code of the first rule of QuickBooks that it breaks, if any."""
    if not name or not name.strip():
        return ProposedName(None, "CUS_NO_NAME", longest)
    if _FORBIDDEN.search(name):
        return ProposedName(name, "CUS_NAME_ILLEGAL", longest)
    if len(name) > longest:
        return ProposedName(name, "CUS_NAME_TOO_LONG", longest)
    return ProposedName(name, None, longest)


def illegal_person_names(fields: Mapping[str, str | None]) -> list[str]:
    """First and last names that QuickBooks would refuse: the same characters are forbidden there."""
    return [field for field in ("first_name", "last_name") if _FORBIDDEN.search(fields.get(field) or "")]


def fitting_names(fields: Mapping[str, str | None]) -> dict[str, str | None]:
    """The fields with the names of person and company as QuickBooks would take them."""
    return {
        field: clean_name(text, LONGEST_NAME) if text and field in ("first_name", "last_name", "company") else text
        for field, text in fields.items()
    }


def clean_name(name: str, longest: int = LONGEST_DISPLAY_NAME) -> str:
    """The name as QuickBooks would take it: a colon becomes a hyphen, breaks become blanks, the rest is cut off."""
    return _SPACES.sub(" ", name.replace(":", "-")).strip()[:longest].rstrip()


def suffixed_name(name: str, suffix: str, longest: int = LONGEST_DISPLAY_NAME) -> str:
    """`name (suffix)`, the name shortened where both would not fit: the suffix is what tells two apart."""
    tail = f" ({suffix})"
    return name[: longest - len(tail)].rstrip() + tail


def _from_template(fields: Mapping[str, str | None], template: str | None) -> str | None:
    if not template:
        return None
    filled = {short: fields.get(field) for short, field in TEMPLATE_FIELDS.items()}
    used = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    return template.format(**filled).strip() if all(filled[name] for name in used) else None


def _usual(fields: Mapping[str, str | None], fallbacks: Sequence[str], *, from_company: bool) -> str | None:
    person = " ".join(part for part in (fields.get("first_name"), fields.get("last_name")) if part)
    known = {"person": person, "email": fields.get("email")}
    company = fields.get("company") if from_company else None
    return company or next((known[each] for each in fallbacks if known[each]), None)
