"""The figures, printed: `python -m hsqbo_pipeline_tests.benchmarks [planning] [start] [idle] [invoices] [--people N] [--invoices N]`."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from hsqbo_pipeline.sandbox.frame.server import running
from hsqbo_pipeline_tests.benchmarks import invoices, planning
from hsqbo_pipeline_tests.nights.town import Town


def main() -> None:
    """Measure what was asked for, everything if nothing was."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", help="all of them if none is named")
    parser.add_argument("--people", type=int, default=1_000_000, help="customers a side for planning")
    parser.add_argument(
        "--invoices", type=int, default=10_000, help="invoices of three lines each, changed in one night"
    )
    options = parser.parse_args()
    for name in options.what or _MEASURES:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            _say(f"{name}: {_MEASURES[name](Path(folder), options)}")


def _planning(folder: Path, options: argparse.Namespace) -> str:
    people = options.people
    found = planning.measure(folder, people)
    return (
        f"match and plan of {people:,} customers a side, 1 % changed: {found['processor']:.1f} s of processor "
        f"({found['processor_match']:.1f} s to match), {found['operations']:,.0f} operations; "
        f"filling the tables and that: {found['memory_mib']:,.0f} MiB at most"
    )


def _start(_folder: Path, _options: argparse.Namespace) -> str:
    used = _processor(
        [str(Path(sys.executable).with_name("dagster")), "definitions", "validate", "-w", "workspace.yaml"]
    )
    return f"`dagster definitions validate -w workspace.yaml` took {used:.1f} s of processor"


def _idle(folder: Path, _options: argparse.Namespace) -> str:
    """The third night of a small town, as cron starts it: a process of its own."""
    with running() as served:
        town = Town(served.sandbox, 20)
        town.fill()
        rules = folder / "sync.yaml"
        _write_rules(rules, town.rules())
        addresses = {"HUBSPOT_BASE_URL": served.hubspot_url, "QUICKBOOKS_BASE_URL": served.quickbooks_url}
        given = {"DATA": str(folder / "data"), "RULES": str(rules), **addresses}
        environment = {f"HSQBO_{name}": value for name, value in given.items()}
        for _ in range(4):
            served.sandbox.clock.advance(86_400)
            for traffic in served.sandbox.traffic.values():
                traffic.clear()
            used = _processor([sys.executable, "-m", "hsqbo_pipeline", "sync", "--json"], environment)
        counts = [traffic.summary() for traffic in served.sandbox.traffic.values()]
    requests, writes = (sum(int(str(count[name])) for count in counts) for name in ("total", "writes"))
    return f"a night without changes took {requests} requests ({writes} writes) and {used:.1f} s of processor, start included"


def _invoices(folder: Path, options: argparse.Namespace) -> str:
    """Requests by kind, processor and memory of nights with very many invoices."""
    return "\n".join(f"\n  {what}: {night}" for what, night in invoices.measure(folder, options.invoices))


def _write_rules(path: Path, rules: Mapping[str, object]) -> None:
    from ruamel.yaml import YAML

    with path.open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump({"version": 1, **rules}, stream)


def _processor(command: list[str], environment: Mapping[str, str] | None = None) -> float:
    """Seconds of processor a command took, its children included. Raises CalledProcessError if it failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **(environment or {})})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - figures for whoever ran it


_MEASURES: dict[str, Callable[[Path, argparse.Namespace], str]] = {
    "idle": _idle,
    "start": _start,
    "planning": _planning,
    "invoices": _invoices,
}

if __name__ == "__main__":
    main()
