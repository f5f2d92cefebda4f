"""What people read: the state of the last run as Parquet files, put in place as one set.

Readers never open the live warehouse. `data/published` is a link to the folder of the newest set; it is swapped in one
step, so a reader that resolves it first (`published`) sees one run's files and no other's. A table that says what it
said before is not written again.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

LINK = "published"
MANIFEST = "manifest.json"
_SETS = ".published"
_KEPT = 2  # the set that a reader may be in the middle of stays for one more run
TABLES = (
    "meta",
    "runs",
    "reads",
    "mirror_state",
    "customers",
    "products",
    "invoices",
    "invoice_lines",
    "payments",
    "payment_applications",
    "rejects",
    "due",
    "links",
    "tombstones",
    "decisions",
    "plans",
    "operations",
    "journal",
    "record_states",
    "record_history",
    "drift",
    "reconciliation",
    "reconciliation_differences",
    "tie_out",
    "quality",
    "fees",
)


def publish(warehouse: Warehouse) -> Path:
    """Write the set and put it in place; the folder it lies in.

    Raises PipelineError when the disk is full: the set of the last run then stays in place.
    """
    sets = warehouse.data / _SETS
    before = _current(warehouse.data)
    old = _manifest(before)
    new = sets / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    with warehouse.transaction() as con:
        new.mkdir(parents=True)
        tables = {}
        for table in TABLES:
            rows, content = con.execute(f"SELECT count(*), bit_xor(hash(each)) FROM {table} AS each").fetchall()[0]  # noqa: S608
            entry = {"rows": rows, "content": str(content), "file": f"{table}.parquet"}
            file = new / entry["file"]
            if before is None or not _unchanged(old.get(table), entry, before / file.name, file):
                target = str(file).replace("'", "''")
                con.execute(f"COPY {table} TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
            tables[table] = {**entry, "bytes": file.stat().st_size}
    manifest = {"published_at": datetime.now(UTC).isoformat(), "tables": tables}
    (new / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    _swap(warehouse.data / LINK, new)
    _forget_old(sets)
    return new


def published(data: Path) -> Path:
    """The folder of the newest set. Resolve it once and read all files from there.

    Raises ConfigurationError while nothing was published yet.
    """
    found = _current(data)
    if found is None:
        raise ConfigurationError(f"{data / LINK}: nothing was published yet; run `hsqbo sync` once.")
    return found


def _current(data: Path) -> Path | None:
    folder = (data / LINK).resolve()
    return folder if (folder / MANIFEST).is_file() else None


def _manifest(folder: Path | None) -> dict[str, Any]:
    """What a set says of itself; nothing where it cannot be read: then all of it is written anew."""
    if folder is None:
        return {}
    try:
        tables: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["tables"]
    except (ValueError, KeyError, TypeError):
        return {}
    return tables


def _unchanged(told: dict[str, Any] | None, entry: dict[str, Any], source: Path, target: Path) -> bool:
    """Give a file that says what it said before a second name; False where it does not, is not whole, or can't have one."""
    try:
        if told != {**entry, "bytes": source.stat().st_size}:
            return False
        os.link(source, target)
    except OSError:
        return False
    return True


def _swap(link: Path, folder: Path) -> None:
    part = link.with_name(f"{link.name}.part")
    part.unlink(missing_ok=True)
    part.symlink_to(os.path.relpath(folder, link.parent), target_is_directory=True)
    part.replace(link)


def _forget_old(sets: Path) -> None:
    for folder in sorted(sets.iterdir())[:-_KEPT]:
        shutil.rmtree(folder)
