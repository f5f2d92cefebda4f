"""`hsqbo audit` as one HTML file that needs no script and no network: for a controller, or whoever decides about the switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports import words
from hsqbo_pipeline.reports.causes import in_words
from hsqbo_pipeline.reports.html import bundle
from hsqbo_pipeline.reports.html.rendering import environment, put

SHOWN = 200  # rows of a table; `--json` has them all
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_TONES = {
    "BLOCKED": "blocked",
    "FAILING": "failing",
    "WAITING": "waiting",
    "IN_SYNC": "in_sync",
    "EXCLUDED": "excluded",
}


def write_audit(path: Path, found: Mapping[str, Any]) -> Path:
    """Write the page of an audit (its fields by name) to `path`; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, render(found))
    return path


def render(found: Mapping[str, Any]) -> str:
    """The page as text."""
    parts = {
        "found": found,
        "about": found["about"],
        "lines": lines(found),
        "sides": _sides(found["counts"]),
        "money_rows": found["money"],
        "invoices": _by_pair(found["invoices_apart"]),
        "fields": _by_field(found["invoices_apart"]),
        "master_fields": _by_field(found["masters_apart"]),
        "matched": _by_key(found["pairs"]),
        "unsure": [row for row in found["pairs"] if row["not linked because"]],
        "shown": SHOWN,
        "tones": _TONES,
        "owners": words.OWNERS,
        "titles": {row["code"]: in_words(row["code"]) for row in found["reasons"]},
        "style": bundle.own_style(),
        "policy": _POLICY,
    }
    return environment().get_template("audit.html.j2").render(parts)


def lines(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """The audit at a glance: name, figure, text and tone of each line; the terminal shows the same."""
    paired = {row["entity"]: row["paired"] for row in found["counts"] if row["system"] == "quickbooks"}
    alone = sum(row["records"] - row["paired"] for row in found["counts"])
    apart = _by_pair(found["invoices_apart"])
    doubled = {name: len(rows) for name, rows in found["doubled"].items() if rows}
    told = ", ".join(f"{count} {words.OBJECTS[name].lower()}" for name, count in paired.items())
    off = _sums(found["invoices_apart"])
    return [
        _line("Pairs", sum(paired.values()), told or "none", "good"),
        _line("Without a partner", alone, "on one side only; the reasons are below", "look" if alone else "good"),
        _line("Invoices that differ", len(apart), _in_which(found["invoices_apart"], off),
              "bad" if off else "look" if apart else "good"),
        _line("Doubled", sum(doubled.values()), ", ".join(f"{count} {name}" for name, count in doubled.items()) or
              "nothing looks doubled", "bad" if doubled else "good"),
        _next(found),
    ]  # fmt: skip


def _line(name: str, figure: object, text: str, tone: str) -> dict[str, str]:
    shown = f"{figure:,}" if isinstance(figure, int) else str(figure)
    return {"name": name, "figure": shown, "text": text, "tone": tone}


def _next(found: Mapping[str, Any]) -> dict[str, str]:
    """What a first night would do, in a line."""
    actions = found["first_night"].get("actions", [])
    if not actions:
        return _line("A first night", "nothing", "would be created or changed on either side", "good")
    sides = {"hubspot": 0, "quickbooks": 0}
    for row in actions:
        sides[row["system"]] += row["operations"]
    waits = " It would wait for your approval." if found["first_night"].get("waits") else ""
    text = f"{words.plural(sides['hubspot'], 'change')} in HubSpot, {words.plural(sides['quickbooks'], 'change')} in QuickBooks.{waits}"
    return _line("A first night", f"{sum(sides.values()):,}", text, "look")


def _in_which(rows: Sequence[Row], off: str) -> str:
    """In which fields pairs differ, those first that most pairs have; totals with their money."""
    counted = sorted(_by_field(rows), key=lambda row: -row["pairs"])
    named = ", ".join(f"{row['field']} {row['pairs']:,}" for row in counted[:4])
    return f"{named}; totals by {off}" if off else named or "every pair says the same"


def _sums(rows: Sequence[Row]) -> str:
    """By how much totals are apart, per currency, without regard to the direction."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row["field"] == "total" and row["apart"]:
            sums[row["currency"] or ""] = sums.get(row["currency"] or "", Decimal(0)) + abs(row["apart"])
    return ", ".join(words.money(amount, currency) for currency, amount in sorted(sums.items()))


def _sides(counts: Sequence[Row]) -> list[Row]:
    """One row per object with both sides in it."""
    found: dict[str, Row] = {}
    for row in counts:
        one = found.setdefault(row["entity"], {"object": row["entity"], "hubspot": None, "quickbooks": None})
        one[row["system"]] = {**row, "alone": row["records"] - row["paired"]}
    return list(found.values())


def _by_pair(rows: Sequence[Row]) -> list[Row]:
    """Pairs of invoices with the fields in which they differ."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        one = found.setdefault((row["hubspot_id"], row["quickbooks_id"]), {**row, "fields": []})
        one["fields"].append(row)
    return sorted(
        found.values(), key=lambda one: (-max(abs(f["apart"] or 0) for f in one["fields"]), one["label"] or "")
    )


def _by_field(rows: Sequence[Row]) -> list[Row]:
    """How many pairs differ in each field, with one of them."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row.get("object", "invoice"), row["field"])
        one = found.setdefault(key, {**row, "object": key[0], "pairs": 0, "blank": 0})
        one["pairs"] += 1
        one["blank"] += row["hubspot"] in (None, "") or row["quickbooks"] in (None, "")
    return sorted(found.values(), key=lambda one: (one["object"], -one["pairs"], one["field"]))


def _by_key(pairs: Sequence[Row]) -> list[Row]:
    """How pairs were found: object, key and how many."""
    found: dict[tuple[str, str], int] = {}
    for row in pairs:
        if not row["not linked because"]:
            key = (row["object"], row["linked by"] or "")
            found[key] = found.get(key, 0) + 1
    return [{"object": name, "key": key, "pairs": count} for (name, key), count in sorted(found.items())]
