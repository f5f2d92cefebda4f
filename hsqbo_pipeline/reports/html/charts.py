"""The page's plots: Vega-Lite says what is drawn, vl-convert makes pictures of it that need no script.

Specifications are plain dictionaries: altair, which writes the same ones, takes a quarter of a second to load, in every
run. Tests hold them against altair's own schema. Colours are the page's own variables, so the plots follow a dark
screen. They are small on purpose: on a phone each is as wide as the screen.
"""

from __future__ import annotations

import json
from typing import Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports.words import STATES

WIDTH, HEIGHT = 330, 150
Spec = dict[str, Any]
_OPEN = ("WAITING", "FAILING", "BLOCKED")
_COLOURS = {state: f"var(--{state.lower()})" for state in _OPEN}
_DIMENSION_COLOURS = ["var(--accent)", "var(--in_sync)", "var(--waiting)", "var(--failing)", "var(--quiet)"]
_INK, _LINE = "var(--quiet)", "var(--line)"
_COUNTED = {"tickMinStep": 1, "tickCount": 5}
_LOOK = {
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK,
        "titleColor": _INK,
        "domainColor": _LINE,
        "tickColor": _LINE,
        "gridColor": _LINE,
        "titleFontWeight": "normal",
        "labelFontSize": 11,
    },
    "legend": {"labelColor": _INK, "labelFontSize": 11},
}


def picture(spec: Spec) -> str:
    """The SVG of a specification."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(spec)
    return svg


def states_over_runs(runs: list[Row]) -> Spec | None:
    """Open records over the last runs, stacked by state; what is in step or left out would hide them."""
    values = [
        {"run": run["number"], "state": STATES[state], "records": records, "order": _OPEN.index(state)}
        for run in runs
        for state, records in json.loads(run["counts"] or "{}").get("states", {}).items()
        if state in _OPEN
    ]
    if not values:
        return None
    encoding = {
        "x": _runs_axis(runs),
        "y": _quantity("records", "records", aggregate="sum", axis=_COUNTED),
        "color": _legend("state", [STATES[each] for each in _OPEN], [_COLOURS[each] for each in _OPEN]),
        "order": {"field": "order", "type": "quantitative"},
    }
    return _chart(values, encoding, [{"type": "bar"}])


def requests_over_runs(runs: list[Row]) -> Spec | None:
    """Requests of each of the last runs to each system."""
    values = [
        {
            "run": run["number"],
            "system": label,
            "requests": used.get(f"{name}_reads", 0) + used.get(f"{name}_writes", 0),
        }
        for run in runs
        for used in [json.loads(run["requests"] or "{}")]
        for name, label in (("hubspot", "HubSpot"), ("quickbooks", "QuickBooks"))
    ]
    if not any(each["requests"] for each in values):
        return None
    encoding = {
        "x": _runs_axis(runs),
        "y": _quantity("requests", "requests", axis=_COUNTED),
        "color": _legend("system", ["HubSpot", "QuickBooks"], ["var(--hubspot)", "var(--quickbooks)"]),
    }
    return _chart(values, encoding, [{"type": "bar"}])


def quality_over_runs(measured: list[Row]) -> Spec | None:
    """The share of values without fault by dimension; the axis begins near the worst, since all of it lies close to 100."""
    numbers = sorted({row["number"] for row in measured})
    values = [
        {"run": row["number"], "dimension": row["dimension"], "good": row["good"]}
        for row in measured
        if row["good"] is not None
    ]
    if len(numbers) < 2 or not values:
        return None
    lowest = min(each["good"] for each in values)
    encoding = {
        "x": _runs_axis([{"number": number} for number in numbers]),
        "y": {**_quantity("good", "percent", axis={"tickCount": 5}), "scale": {"domain": [int(lowest) - 1, 100]}},
        "color": {
            **_nominal("dimension"),
            "scale": {"range": _DIMENSION_COLOURS},
            "legend": {"orient": "bottom", "title": None, "columns": 3, "symbolType": "stroke"},
        },
    }
    return _chart(values, encoding, _line())


def lag_over_runs(runs: list[Row]) -> Spec | None:
    """How long a change can have waited before each of the last runs had carried it over, in hours or, if short, minutes."""
    waited = [(run["number"], float(run["lag_hours"])) for run in runs if run["lag_hours"] is not None]
    if len(waited) < 2:
        return None
    unit, scale = ("hours", 1) if max(hours for _, hours in waited) >= 2 else ("minutes", 60)
    values = [{"run": number, "waited": hours * scale} for number, hours in waited]
    encoding = {
        "x": _runs_axis(runs),
        "y": _quantity("waited", unit, axis={"tickCount": 5, "format": "~g"}),
    }
    return _chart(values, encoding, _line(color="var(--accent)"))


def _chart(values: list[dict[str, Any]], encoding: dict[str, Any], marks: list[dict[str, Any]]) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.1.0.json",
        "width": WIDTH,
        "height": HEIGHT,
        "background": "transparent",
        "data": {"values": values},
        "encoding": encoding,
        "layer": [{"mark": mark} for mark in marks],
        "config": _LOOK,
    }


def _line(**more: Any) -> list[dict[str, Any]]:
    return [
        {"type": "line", "strokeWidth": 2, **more},
        {"type": "point", "size": 18, "filled": True, **more},
    ]


def _runs_axis(runs: list[Row]) -> dict[str, Any]:
    numbers = [run["number"] for run in runs]
    step = max(1, len(numbers) // 8)
    axis = {"labelAngle": 0, "values": numbers[::-step]}
    return {"field": "run", "type": "ordinal", "title": "run", "sort": numbers, "axis": axis}


def _quantity(field: str, title: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title, **more}


def _nominal(field: str) -> dict[str, Any]:
    return {"field": field, "type": "nominal"}


def _legend(field: str, domain: list[str], colours: list[str]) -> dict[str, Any]:
    return {
        **_nominal(field),
        "scale": {"domain": domain, "range": colours},
        "legend": {"orient": "bottom", "title": None, "symbolType": "square"},
    }
