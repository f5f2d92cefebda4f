"""Where the sample company lies, and the day it is told on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "data" / "sandbox"
LAST_DAY = date(2026, 11, 23)
"""The last business day in the company's books."""
CLOCK_START = datetime(2026, 11, 24, 15, tzinfo=UTC)
"""What the sandbox's clock says when the sample company is first looked at: ten in the morning in New York."""
