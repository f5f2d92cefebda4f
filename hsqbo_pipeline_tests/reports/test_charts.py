"""The page's plots."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import altair
import jsonschema
import pytest

from hsqbo_pipeline.reports.html import charts
from hsqbo_pipeline_tests.reports.published_company import company

RUNS = [
    {
        "number": number,
        "counts": json.dumps({"states": {"FAILING": number, "WAITING": 2, "IN_SYNC": 90}}),
        "requests": json.dumps({"hubspot_reads": 20, "quickbooks_reads": number}),
        "lag_hours": 24.0,
    }
    for number in range(1, 11)
]
QUALITY = [{"number": run, "dimension": name, "good": 99.5} for run in (1, 2) for name in ("validity", "freshness")]
SPECS = {
    "states": charts.states_over_runs(RUNS),
    "requests": charts.requests_over_runs(RUNS),
    "quality": charts.quality_over_runs(QUALITY),
    "lag": charts.lag_over_runs(RUNS),
}


@pytest.mark.parametrize("name", SPECS)
def test_a_plot_is_what_altair_would_draw(name: str) -> None:
    """Each specification is one of Vega-Lite's, by altair's schema, and becomes a picture with the page's own colours."""
    spec = SPECS[name]
    assert spec is not None
    altair.LayerChart.from_dict(spec)
    picture = charts.picture(spec)
    assert picture.startswith("<svg")
    assert "var(--" in picture


def test_a_misspelt_plot_is_found() -> None:
    """The schema does look: a channel that there is none of is refused."""
    with pytest.raises(jsonschema.ValidationError):
        altair.LayerChart.from_dict({**(SPECS["lag"] or {}), "encoding": {"why": {"field": "run"}}})


def test_little_is_plotted_of_little() -> None:
    """No runs, or one, have no history: nothing is drawn instead of an empty frame."""
    assert charts.states_over_runs([]) is None
    assert charts.requests_over_runs([]) is None
    assert charts.lag_over_runs(RUNS[:1]) is None
    assert charts.quality_over_runs(QUALITY[:2]) is None


def test_a_report_loads_no_library_that_it_can_do_without(tmp_path: Path) -> None:
    """Each run writes a report in a process of its own, so what is loaded is paid every night."""
    company(tmp_path)
    said = (
        "import sys; from pathlib import Path; from hsqbo_pipeline.reports.html.page import write_report;"
        f"write_report(Path({str(tmp_path)!r})); print([name for name in ('altair', 'itables', 'pandas') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
