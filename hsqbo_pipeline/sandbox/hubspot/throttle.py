"""Rate limits of the portal: requests in any 10 seconds per app, a day per account, searches a second per account.

Headers stand on every answer but a search's (usage guidelines); a 429 carries no `category` and no Retry-After.
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from hsqbo_pipeline.sandbox.frame.limits import Limit, Limits
from hsqbo_pipeline.sandbox.hubspot.crm import Crm

TEN_SECONDLY, SECONDLY, DAILY = "TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"
_WORDS = {TEN_SECONDLY: "ten_secondly_rolling", SECONDLY: "secondly", DAILY: "daily"}


class Throttle:
    """Counts requests against the limits the switches set."""

    def __init__(self, crm: Crm, limits: Limits) -> None:
        self._crm = crm
        self._limits = limits
        self._in_use: tuple[int, int] | None = None
        self._day: date | None = None
        self._today = 0

    def refuse(self, app: str, search: bool) -> str | None:
        """Counts a request and names the policy it breaks, None if it may pass."""
        if not self._limits.enabled:
            return None
        self._follow_switches()
        self._follow_day()
        if self._today >= self._crm.switches.hs_per_day:
            return DAILY
        if search:
            broken = self._limits.refuse(("search",), "account")
            if broken is not None:
                return broken.name
        broken = self._limits.refuse(("burst",), app)
        if broken is not None:
            return broken.name
        self._today += 1
        return None

    def headers(self, app: str) -> dict[str, str]:
        """The rate-limit headers of an answer."""
        self._follow_switches()
        switches = self._crm.switches
        left = self._limits.remaining(TEN_SECONDLY, app) if self._limits.enabled else switches.hs_per_10s
        return {
            "X-HubSpot-RateLimit-Daily": str(switches.hs_per_day),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(switches.hs_per_day - self._today, 0)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": str(switches.hs_per_10s),
            "X-HubSpot-RateLimit-Remaining": str(max(left or 0, 0)),
            "X-HubSpot-RateLimit-Secondly": str(switches.hs_per_10s // 10),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(max(left or 0, 0) // 10),
        }

    def _follow_switches(self) -> None:
        wanted = (self._crm.switches.hs_per_10s, self._crm.switches.hs_search_per_s)
        if wanted != self._in_use:
            self._in_use = wanted
            self._limits.use([Limit(TEN_SECONDLY, wanted[0], 10, "burst"), Limit(SECONDLY, wanted[1], 1, "search")])

    def _follow_day(self) -> None:
        today = self._crm.clock.now().astimezone(ZoneInfo(self._crm.account.time_zone)).date()
        if today != self._day:
            self._day, self._today = today, 0


def body(policy: str, correlation_id: str) -> dict[str, str]:
    """The body of a 429."""
    return {
        "status": "error",
        "message": f"You have reached your {_WORDS[policy]} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": correlation_id,
        "policyName": policy,
        "requestId": correlation_id,
    }
