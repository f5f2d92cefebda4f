"""What the page brings along: DataTables as itables packs it, our own script and style, and how they are let in.

Large parts lie in the page compressed; the browser unpacks them (`DecompressionStream`, in all browsers since 2023).
The page's policy names the only scripts that may run by their hash, so text of a record can never become one.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"


def packed(content: bytes) -> str:
    """Compressed and in letters that may stand in a page. The same bytes give the same text."""
    return base64.b64encode(gzip.compress(content, compresslevel=6, mtime=0)).decode("ascii")


@cache
def table_script() -> str:
    """DataTables with its buttons (column choice, csv, xlsx), packed."""
    return packed(_library("dt_bundle.js"))


@cache
def table_style() -> str:
    """The style sheet of `table_script`, packed."""
    return packed(_library("dt_bundle.css"))


def _library(name: str) -> bytes:
    """A file of itables, which is found and not imported: only its files are wanted here."""
    found = find_spec("itables")
    assert found is not None
    assert found.submodule_search_locations
    return (Path(found.submodule_search_locations[0]) / "html" / name).read_bytes()


@cache
def own_script() -> str:
    """Our script, as it stands in the page."""
    return (_TEMPLATES / "report.js").read_text(encoding="utf-8")


@cache
def own_style() -> str:
    """Our style sheet."""
    return (_TEMPLATES / "report.css").read_text(encoding="utf-8")


@cache
def policy() -> str:
    """The page's content security policy: our one script by its hash, the unpacked table script, no address anywhere."""
    digest = base64.b64encode(hashlib.sha256(own_script().encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' blob:; style-src 'unsafe-inline'; img-src data:; "
        "form-action 'none'; base-uri 'none'"
    )
