"""`hsqbo doctor`: what would stand in a run's way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, say

if TYPE_CHECKING:
    from hsqbo_pipeline.model.findings import Finding
    from hsqbo_pipeline.runs.doctor import Examination

_SHOWN = {"stops": "[bold red]stops[/]", "fails": "[red]fails[/]", "look": "[yellow]look[/]", "note": "[green]note[/]"}
_MEANS = {
    "stops": "a run, or an object, stands still",
    "fails": "some records will not come into step",
    "look": "somebody should decide something",
    "note": "good to know",
}


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="JSON for machines.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to end.")] = 0.0,
) -> None:
    """Look for what would stop or spoil a run: logins, permissions, settings of both systems, accounts, records, allowances.

    Each finding has a code, what comes of it, and the fix. Writes nothing on either side and needs permissions to read
    only. Exit code 0 where nothing would stop a run, 1 where something would, 5 where a login alone does.
    """
    from hsqbo_pipeline.model.rules import load as load_rules
    from hsqbo_pipeline.runs.doctor import doctor as run_doctor
    from hsqbo_pipeline.settings import load as load_settings

    settings = load_settings()
    rules = load_rules(settings.rules)
    progress = None if as_json else lambda stage, said: say(f"{stage}: {said}")
    found = run_doctor(settings, rules, progress=progress, wait_for=wait)
    if as_json:
        out.print(found.as_json(), markup=False, soft_wrap=True)
    else:
        _print(found)
    raise typer.Exit(int(found.exit_code))


def _print(found: Examination) -> None:
    for name, value in found.facts.items():
        out.print(f"{name:>13}: {value}", markup=False, soft_wrap=True)
    for one in found.findings:
        _print_finding(one)
    counts = {weight: sum(one.weight.value == weight for one in found.findings) for weight in _MEANS}
    out.print(
        "\n" + "; ".join(f"{count} {weight} ({_MEANS[weight]})" for weight, count in counts.items()), markup=False
    )
    out.print("Nothing was written on either side.")


def _print_finding(one: Finding) -> None:
    out.print(f"\n{_SHOWN[one.weight.value]} [bold]{escape(one.sentence)}[/] [dim]{one.code}[/]", soft_wrap=True)
    out.print(f"      {one.consequence}", markup=False, soft_wrap=True)
    out.print(f"      Fix: {one.fix}", markup=False, soft_wrap=True)
