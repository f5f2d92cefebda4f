"""The page's plots: altair draws them, vl-convert makes them pictures that need no script.

Colours are the page's own variables, so the plots follow a dark screen. They are small on purpose: on a phone each is
as wide as the screen.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports.words import STATES

if TYPE_CHECKING:
    import altair

WIDTH, HEIGHT = 330, 150
_OPEN = ("WAITING", "FAILING", "BLOCKED")
_COLOURS = {state: f"var(--{state.lower()})" for state in _OPEN}
_INK, _LINE = "var(--quiet)", "var(--line)"


def states_over_runs(runs: list[Row]) -> str | None:
    """Open records over the last runs, stacked by state; what is in step or left out would hide them."""
    import altair as alt

    values = [
        {"run": run["number"], "state": STATES[state], "records": records, "order": _OPEN.index(state)}
        for run in runs
        for state, records in json.loads(run["counts"] or "{}").get("states", {}).items()
        if state in _OPEN
    ]
    if not values:
        return None
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar()
        .encode(
            x=_runs_axis(runs),
            y=alt.Y("sum(records):Q", title="records", axis=alt.Axis(tickMinStep=1, tickCount=5)),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=[STATES[each] for each in _OPEN], range=[_COLOURS[each] for each in _OPEN]),
                legend=alt.Legend(orient="bottom", title=None, symbolType="square"),
            ),
            order="order:Q",
        )
    )
    return _picture(chart)


def requests_over_runs(runs: list[Row]) -> str | None:
    """Requests of each of the last runs to each system."""
    import altair as alt

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
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar()
        .encode(
            x=_runs_axis(runs),
            y=alt.Y("requests:Q", title="requests", axis=alt.Axis(tickMinStep=1, tickCount=5)),
            color=alt.Color(
                "system:N",
                scale=alt.Scale(domain=["HubSpot", "QuickBooks"], range=["var(--hubspot)", "var(--quickbooks)"]),
                legend=alt.Legend(orient="bottom", title=None, symbolType="square"),
            ),
        )
    )
    return _picture(chart)


def quality_over_runs(measured: list[Row]) -> str | None:
    """The share of values without fault by dimension; the axis begins near the worst, since all of it lies close to 100."""
    import altair as alt

    numbers = sorted({row["number"] for row in measured})
    values = [
        {"run": row["number"], "dimension": row["dimension"], "good": row["good"]}
        for row in measured
        if row["good"] is not None
    ]
    if len(numbers) < 2 or not values:
        return None
    lowest = min(each["good"] for each in values)
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=_runs_axis([{"number": number} for number in numbers]),
        y=alt.Y("good:Q", title="percent", scale=alt.Scale(domain=[int(lowest) - 1, 100]), axis=alt.Axis(tickCount=5)),
        color=alt.Color(
            "dimension:N",
            scale=alt.Scale(range=["var(--accent)", "var(--in_sync)", "var(--waiting)", "var(--failing)", _INK]),
            legend=alt.Legend(orient="bottom", title=None, columns=3, symbolType="stroke"),
        ),
    )
    return _picture(base.mark_line(strokeWidth=2) + base.mark_point(size=18, filled=True))


def lag_over_runs(runs: list[Row]) -> str | None:
    """How long a change can have waited before each of the last runs had carried it over, in hours or, if short, minutes."""
    import altair as alt

    waited = [(run["number"], float(run["lag_hours"])) for run in runs if run["lag_hours"] is not None]
    if len(waited) < 2:
        return None
    unit, scale = ("hours", 1) if max(hours for _, hours in waited) >= 2 else ("minutes", 60)
    values = [{"run": number, "waited": hours * scale} for number, hours in waited]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=_runs_axis(runs), y=alt.Y("waited:Q", title=unit, axis=alt.Axis(tickCount=5, format="~g"))
    )
    line = base.mark_line(color="var(--accent)", strokeWidth=2)
    return _picture(line + base.mark_point(color="var(--accent)", size=18, filled=True))


def _runs_axis(runs: list[Row]) -> altair.X:
    import altair as alt

    numbers = [run["number"] for run in runs]
    step = max(1, len(numbers) // 8)
    return alt.X("run:O", title="run", sort=numbers, axis=alt.Axis(labelAngle=0, values=numbers[::-step]))


def _picture(chart: Any) -> str:
    import vl_convert

    spec = (
        chart.properties(width=WIDTH, height=HEIGHT, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=_INK,
            titleColor=_INK,
            domainColor=_LINE,
            tickColor=_LINE,
            gridColor=_LINE,
            titleFontWeight="normal",
            labelFontSize=11,
        )
        .configure_legend(labelColor=_INK, labelFontSize=11)
        .to_dict()
    )
    svg: str = vl_convert.vegalite_to_svg(spec)
    return svg
