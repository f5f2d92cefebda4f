"""What reads give back, whichever system was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its body as it came (for landing), the records in it, and the system's own time of answering (UTC).

    `total` is the number of records that match in all, where the API tells (HubSpot search).
    """

    raw: bytes
    records: list[Record]
    time: datetime
    request_id: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """That a system can be reached with our login, and which account that login opens."""

    system: str
    account_id: str
    account_name: str
    time: datetime
    request_id: str | None
    details: Record
    allowance: dict[str, int]
