"""Match keys: what two spellings must have in common to be taken for the same. A key is never shown and never written.

Every key starts alike: compatibility forms are made one (NFKC: full-width letters, ligatures, no-break spaces),
invisible characters go, blanks at the ends go. Then:

- e-mail: lower case. Nothing else: dots and plus-tags mean different mailboxes to most providers.
- SKU, item name, display name, invoice number: case is ignored (QuickBooks compares names and numbers without it), and
  several blanks count as one.
- phone: digits only, without leading zeros. Good for a suggestion, never for a match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_SEPARATORS = re.compile(r"[,;]")
_PUNCTUATION = re.compile(r"[\s\-_./]+")
# Deliberately plain: one @, something on both sides, a dot in the domain, nothing that could break a header or a query.
# Lengths from RFC 5321. Both systems have stricter rules of their own and their refusal is reported as it comes.
_EMAIL = re.compile(r"(?=.{3,254}$)[^\s@,;<>\"()\[\]]{1,64}@[^\s@,;<>\"()\[\]_]+\.[^\s@,;<>\"()\[\]._-]{2,}")


def email_key(text: str) -> str:
    """The key of one e-mail address: trimmed, NFKC, lower case. '' for a blank one."""
    return _settled(text, str.lower)


def email_keys(text: str) -> tuple[str, ...]:
    """The keys of all addresses in a field; QuickBooks keeps several in one, divided by commas or semicolons.

    What is no address is left out; each address comes once, in the order of the field.
    """
    found = (email_key(part) for part in _SEPARATORS.split(unicodedata.normalize("NFKC", text)))
    return tuple(dict.fromkeys(key for key in found if is_email(key)))


def is_email(text: str) -> bool:
    """Whether a text has the form of one e-mail address."""
    return _EMAIL.fullmatch(text) is not None and ".." not in text.rsplit("@", 1)[1]


def sku_key(text: str) -> str:
    """The key of a SKU. Two spellings with one key are the same product, and reported as ITM_SKU_NEAR_MISS."""
    return _settled(text, _folded)


def name_key(text: str) -> str:
    """The key of a display or item name, as QuickBooks compares them for being taken."""
    return _settled(text, _folded)


def number_key(text: str) -> str:
    """The key of an invoice number (QuickBooks' DocNumber, HubSpot's hs_number)."""
    return _settled(text, _folded)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _settled(text: str, change: Callable[[str], str]) -> str:
    """Clean and change until nothing moves: folding can make letters that compose, composing some that fold."""
    if text.isascii():  # nearly every key: nothing to compose and nothing invisible
        return change(text.strip())
    while (settled := _clean(change(_clean(text)))) != text:
        text = settled
    return text


def _clean(text: str) -> str:
    visible = (letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", "".join(visible)).strip()
