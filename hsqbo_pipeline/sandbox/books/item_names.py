"""What becomes of a product's name that QuickBooks refuses: too long, with a colon, or taken."""

from __future__ import annotations

from collections.abc import Iterable

from hsqbo_pipeline.sandbox.books.book import Product

LONGEST = 100
KEPT = 85


def item_names(products: Iterable[Product]) -> dict[str, str]:
    """SKU -> the item's name. The first product to bear a name keeps it; capitals make no difference."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for product in products:
        name = product.name
        if len(name) > LONGEST or any(mark in name for mark in ":\t\n\r") or name.lower() in taken:
            name = with_sku(product)
        names[product.sku] = name
        taken.add(name.lower())
    return names


def with_sku(product: Product) -> str:
    """The first 85 characters, a colon as a dash, and the SKU in brackets."""
    kept = product.name[:KEPT]
    for mark in ":\t\n\r":
        kept = kept.replace(mark, "-" if mark == ":" else " ")
    return f"{kept} [{product.sku}]"
