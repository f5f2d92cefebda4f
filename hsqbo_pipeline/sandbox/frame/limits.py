"""Rate limits on the sandbox clock: rolling windows, each with the name of the policy it stands for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from hsqbo_pipeline.sandbox.frame.clock import Clock


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` requests of one kind ("*" for all) in any `seconds`."""

    name: str
    count: int
    seconds: float
    kind: str = "*"


class Limits:
    """The windows of one system. A refused request takes no place in a window."""

    def __init__(self, clock: Clock, *, enabled: bool = True) -> None:
        self._clock = clock
        self.enabled = enabled
        self._rules: tuple[Limit, ...] = ()
        self.clear()

    def use(self, rules: Iterable[Limit]) -> None:
        """Replace the limits; counting starts again."""
        self._rules = tuple(rules)
        self.clear()

    def clear(self) -> None:
        """Forget what was counted."""
        self._seen: dict[tuple[str, str], deque[float]] = {}

    def refuse(self, kinds: tuple[str, ...] = (), owner: str = "") -> Limit | None:
        """Count a request that carries these kinds; return the limit that it breaks, or None and it may pass."""
        if not self.enabled:
            return None
        now = self._clock.now().timestamp()
        windows = [(rule, self._window(rule, owner, now)) for rule in self._rules if rule.kind in ("*", *kinds)]
        for rule, window in windows:
            if len(window) >= rule.count:
                return rule
        for _, window in windows:
            window.append(now)
        return None

    def remaining(self, name: str, owner: str = "") -> int | None:
        """How many more requests the named limit lets pass now; None if there is no such limit."""
        now = self._clock.now().timestamp()
        rule = next((rule for rule in self._rules if rule.name == name), None)
        return None if rule is None else rule.count - len(self._window(rule, owner, now))

    def _window(self, rule: Limit, owner: str, now: float) -> deque[float]:
        window = self._seen.setdefault((rule.name, owner), deque())
        while window and (window[0] <= now - rule.seconds or window[0] > now):
            window.popleft()
        return window
