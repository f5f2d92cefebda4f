"""`hsqbo sandbox`: both systems as servers on this machine."""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import say
from hsqbo_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig


class Side(StrEnum):
    """Which system a book goes into."""

    QUICKBOOKS = "quickbooks"
    HUBSPOT = "hubspot"
    BOTH = "both"

    def has(self, system: str) -> bool:
        """Whether the book goes there."""
        return self is Side.BOTH or self.value == system


Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")]


@app.command()
def sandbox(
    hubspot_port: Port = 8801,
    quickbooks_port: Port = 8802,
    book: Annotated[Path | None, typer.Option(help="A company's business as CSV files in this folder.")] = None,
    side: Annotated[Side, typer.Option(help="Where the book goes.")] = Side.BOTH,
    records: Annotated[int | None, typer.Option(min=1, help="Make this many customers a side instead.")] = None,
    latency_ms: Annotated[float, typer.Option(min=0, help="How long each answer takes.")] = 0,
    faults: Annotated[Path | None, typer.Option(help="What shall go wrong: a list of rules, YAML or JSON.")] = None,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="No rate limits.")] = False,
    state: Annotated[Path | None, typer.Option(help="Keep the records in this folder between starts.")] = None,
) -> None:
    """HubSpot and QuickBooks Online as servers on loopback, with a sample company, a book of yours or a generated one.

    Nothing leaves this machine. `GET /_sandbox/state` shows everything, `POST /_sandbox/person` acts as a person.
    """
    from hsqbo_pipeline.sandbox.frame.server import serve
    from hsqbo_pipeline.sandbox.keeping import Keeper

    with mistakes_told():
        config = configured(book, side, records)
        config.hubspot_port, config.quickbooks_port = hubspot_port, quickbooks_port
        config.latency_ms, config.limits, config.faults = latency_ms, not no_limits, _rules(faults)
        say("Loading the company")
        if state is None:
            serve(config)
            return
        keeper = Keeper(config, state)
        serve(keeper.config)
        keeper.save()
        say(f"State kept in {state}")


@contextmanager
def mistakes_told() -> Iterator[None]:
    """What is wrong with a book, a rule or kept state is told as a mistake of configuration, not as a crash."""
    from hsqbo_pipeline.errors import HsqboError

    try:
        yield
    except HsqboError:
        raise
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def configured(book: Path | None, side: Side, records: int | None) -> SandboxConfig:
    """The sandbox that holds what was asked for. Raises ValueError for a book that cannot be read."""
    from hsqbo_pipeline.sandbox.frame.server import SandboxConfig
    from hsqbo_pipeline.sandbox.sample.fill import sample_config

    if book is not None and records is not None:
        raise ConfigurationError("Give --book or --records, not both.", field="--records", value=str(records))
    if book is None and records is None:
        return sample_config()
    return SandboxConfig(fill=_from_book(book, side) if book is not None else _made_up(records or 1, side))


def _from_book(folder: Path, side: Side) -> Any:
    from hsqbo_pipeline.sandbox.books.book import read

    book = read(folder)

    def fill(sandbox: Sandbox, system: str) -> None:
        if side.has(system):
            _load(sandbox, system, book)

    return fill


def _made_up(records: int, side: Side) -> Any:
    from hsqbo_pipeline.sandbox.generate import generate

    def fill(sandbox: Sandbox, system: str) -> None:
        if side.has(system):
            _load(sandbox, system, generate(records, system))

    return fill


def _load(sandbox: Sandbox, system: str, book: Any) -> None:
    from hsqbo_pipeline.sandbox.books import to_hubspot, to_quickbooks

    if system == "hubspot":
        to_hubspot.load(sandbox.hubspot, book)
    else:
        to_quickbooks.load(sandbox.quickbooks, book)


def _rules(path: Path | None) -> list[dict[str, Any]]:
    """Fault rules from a file. Raises ConfigurationError."""
    if path is None:
        return []
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        loaded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}", file=str(path)) from error
    rules = loaded.get("rules") if isinstance(loaded, dict) else loaded
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise ConfigurationError(f"{path}: must be a list of fault rules.", file=str(path))
    return rules
