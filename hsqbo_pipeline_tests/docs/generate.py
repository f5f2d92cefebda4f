"""Makes the generated documents and parts of documents: `python -m hsqbo_pipeline_tests.docs.generate [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from hsqbo_pipeline_tests.docs import codes, commands, configuration, rules, sandbox
from hsqbo_pipeline_tests.docs.blocks import filled, names
from hsqbo_pipeline_tests.docs.markers import ROOT, proofs

DOCS = ROOT / "docs"
_SECTIONS = ("customers", "products", "invoices", "payments", "tax", "fees", "limits", "reconciliation", "closing")
_PARTS = {"field": "FieldSetting", "custom": "CustomField", "condition": "Condition", "pause": "Pause"}
_POINTS = ("QBC", "QBT", "QBO", "HSC", "HST", "HSO")


def makers() -> Mapping[str, Callable[[], str]]:
    """Name of a block -> what writes it."""
    made: dict[str, Callable[[], str]] = {
        "commands": commands.command_table,
        "codes": codes.code_tables,
        "environment": configuration.environment,
        "faults": sandbox.fault_kinds,
        "switches": sandbox.switch_table,
        "rules-top": configuration.top_level,
    }
    made |= {f"rules-{name}": partial(configuration.section, name) for name in _SECTIONS}
    made |= {f"part-{name}": partial(configuration.part, model) for name, model in _PARTS.items()}
    made |= {f"points-{prefix}": partial(sandbox.point_table, prefix) for prefix in _POINTS}
    return made


def documents() -> dict[Path, str]:
    """Every document that is generated, whole or in part, as it should be."""
    made = {DOCS / "rules.md": rules.document(proofs())}
    for path in (ROOT / "README.md", ROOT / "hsqbo_pipeline_tests" / "README.md", *sorted(DOCS.glob("*.md"))):
        if path in made or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        if names(text):
            made[path] = filled(text, makers())
    return made


def stale() -> list[str]:
    """The documents that are not as they should be."""
    found = []
    for path, text in documents().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            found.append(path.relative_to(ROOT).as_posix())
    return found


def main(arguments: list[str]) -> int:
    """Write what has changed; with `--check` only say so, exit code 1."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m hsqbo_pipeline_tests.docs.generate [--check]", file=sys.stderr)  # noqa: T201
        return 2
    if not arguments:
        rules.shrink(proofs())
    changed = stale()
    for name in changed:
        print(f"{name} is {'out of date' if arguments else 'written'}")  # noqa: T201
    if not arguments:
        for path, text in documents().items():
            path.write_text(text, encoding="utf-8")
    return 1 if arguments and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
