"""Text from records in a spreadsheet: never a formula.

Excel, LibreOffice and Google Sheets take a csv cell that begins with one of these characters for a formula, which can
fetch addresses and run programs. An apostrophe before it makes it text in all three; people know the sign.
"""

from __future__ import annotations

from typing import Any

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones count in Japanese editions


def defused(value: Any) -> Any:
    """Text that a spreadsheet will not calculate; numbers, days and anything else stay as they are."""
    if not isinstance(value, str):
        return value
    return (
        f"'{value}" if value.lstrip(" \u00a0\ufeff").startswith(_DANGEROUS) or value.startswith(_DANGEROUS) else value
    )


def fused(text: str) -> str:
    """What `defused` made safe, as it was."""
    return text[1:] if text.startswith("'") and defused(text[1:]) == text else text
