"""A plan as one HTML page that needs no script: what would be done, field by field, before anybody says yes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hsqbo_pipeline.reports.html import bundle
from hsqbo_pipeline.reports.html.rendering import environment, put
from hsqbo_pipeline.reports.plans import totals

SHOWN = 2000  # operations on the page; `hsqbo plan show --json` has them all
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_TONES = {"applied": "good", "approved": "good", "open": "look"}


def write_plan(path: Path, plan: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> Path:
    """Write the page of a plan to `path`; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, render(plan, operations))
    return path


def render(plan: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> str:
    """The page as text."""
    parts = {
        "plan": plan,
        "tone": _TONES.get(plan["status"], "bad"),
        "story": json.loads(plan["totals"] or "{}"),
        "reasons": json.loads(plan["reasons"] or "[]"),
        "sums": totals(operations),
        "operations": [
            {**one, "changes": json.loads(one["changes"]), "warnings": json.loads(one["warnings"] or "[]")}
            for one in operations[:SHOWN]
        ],
        "all": len(operations),
        "shown": SHOWN,
        "style": bundle.own_style(),
        "policy": _POLICY,
    }
    return environment().get_template("plan.html.j2").render(parts)
