"""A sandbox's state on disk between two starts: both systems' records, their logins, the clock.

Clock and switches belong to the running sandbox and are left out. Indexes are found by functions that cannot be
written down, so a QuickBooks table is kept as its contents and put back into a table made anew.
"""

from __future__ import annotations

import io
import itertools
import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

from hsqbo_pipeline.sandbox.frame.server import SYSTEMS, Sandbox, SandboxConfig
from hsqbo_pipeline.sandbox.quickbooks.books import ENTITIES
from hsqbo_pipeline.sandbox.quickbooks.store import Table

FILE = "sandbox.pickle"
VERSION = 1
_CONTENTS = ("sequence", "rows", "ids", "active_ids", "by_time", "indexes")
_BOOKS = ("tombstones", "applied", "rates", "sales_tax", "last_number", "addresses", "realm")


class StateError(ValueError):
    """Kept state that cannot be used."""


class _Writer(pickle.Pickler):
    """Leaves out what the running sandbox owns."""

    def __init__(self, file: io.BufferedIOBase | io.BytesIO, sandbox: Sandbox) -> None:
        super().__init__(file, protocol=5)
        self._owned = {id(sandbox.clock): "clock", id(sandbox.switches): "switches"}

    def persistent_id(self, value: Any) -> str | None:
        return self._owned.get(id(value))


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BufferedIOBase, sandbox: Sandbox) -> None:
        super().__init__(file)
        self._owned = {"clock": sandbox.clock, "switches": sandbox.switches}

    def persistent_load(self, name: str) -> Any:
        return self._owned[name]


class Keeper:
    """Starts a sandbox from what a folder keeps, if it keeps anything, and writes it back when asked.

    A reset while it runs goes back to the start the configuration describes, not to what was kept.
    """

    def __init__(self, config: SandboxConfig, folder: Path) -> None:
        self.config = replace(config, fill=self._fill)
        self._described, self._folder = config.fill, folder
        self._kept = (folder / FILE).is_file()
        self._started: list[str] = []
        self._sandbox: Sandbox | None = None

    def _fill(self, sandbox: Sandbox, system: str) -> None:
        self._sandbox = sandbox
        starting = system not in self._started and len(self._started) < len(SYSTEMS)
        self._started.append(system)
        if not (starting and self._kept):
            if self._described is not None:
                self._described(sandbox, system)
        elif len(self._started) == len(SYSTEMS):
            restore(sandbox, self._folder)

    def save(self) -> None:
        """Keep what the sandbox holds now, for the next start."""
        if self._sandbox is not None:
            save(self._sandbox, self._folder)


def save(sandbox: Sandbox, folder: Path) -> Path:
    """Write the state, whole or not at all; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    draft = target.with_suffix(".new")
    with draft.open("wb") as file:
        _Writer(file, sandbox).dump({"version": VERSION, "now": sandbox.clock.now(), **_state(sandbox)})
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    return target


def restore(sandbox: Sandbox, folder: Path) -> bool:
    """Put kept state into a sandbox; False if there is none.

    Raises StateError for a file of another release or a broken one; deleting it starts the sandbox afresh.
    """
    path = folder / FILE
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            state = _Reader(file, sandbox).load()
        if state["version"] != VERSION:
            raise KeyError("version")
        _put_back(sandbox, state)
    except (pickle.UnpicklingError, EOFError, KeyError, AttributeError, ImportError, TypeError, IndexError) as error:
        raise StateError(
            f"{path} was not written by this release or is damaged ({type(error).__name__}); delete {folder} to start afresh"
        ) from error
    return True


def _state(sandbox: Sandbox) -> dict[str, Any]:
    company, portal = sandbox.quickbooks, sandbox.hubspot
    books = company.books
    return {
        "tables": {name: _contents(books.tables[name]) for name in ENTITIES},
        "books": {name: getattr(books, name) for name in _BOOKS},
        "names": company.names,
        "office": {name: value for name, value in vars(company.office).items() if name != "_serial"},
        "serial": next(company.office._serial),
        "crm": portal.crm,
        "hubspot_tokens": portal.tokens,
    }


def _contents(table: Table) -> dict[str, Any]:
    return {name: getattr(table, name) for name in _CONTENTS}


def _put_back(sandbox: Sandbox, state: dict[str, Any]) -> None:
    company, portal = sandbox.quickbooks, sandbox.hubspot
    books = company.books
    for name, contents in state["tables"].items():
        for slot, value in contents.items():
            setattr(books.tables[name], slot, value)
    for name, value in state["books"].items():
        setattr(books, name, value)
    books.forget_settings()
    company.names = state["names"]
    # A counter cannot be pickled for much longer; its next number can.
    vars(company.office).update(state["office"], _serial=itertools.count(state["serial"] + 1))
    portal.crm, portal.tokens = state["crm"], state["hubspot_tokens"]
    sandbox.clock.set(state["now"])
