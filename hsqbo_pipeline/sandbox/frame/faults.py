"""Faults on demand: rules that say which request shall go wrong, and how. Deterministic for a given seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = frozenset(
    {
        "429",
        "429_daily",
        "429_monthly",
        "429_secondly",
        "429_ten_secondly",
        "429_item",
        "500",
        "502",
        "503",
        "504",
        "system_fault",
        "423",
        "401",
        "403",
        "477",
        "slow",
        "reset_before",
        "apply_then_reset",
        "apply_then_500",
        "fault_in_200",
        "partial_207",
        "batch_refused",
        "truncate_page",
        "stale_token",
        "change_before_write",
        "delete_before_write",
        "search_lag",
        "token_rotated",
        "token_lost",
        "html_maintenance",
        "empty_body",
        "close_mid_body",
    }
)
_WRITES = frozenset({"create", "update", "upsert", "delete", "archive", "void", "associate", "merge", "send"})
_READS = frozenset({"read", "search", "query", "cdc", "list"})
_ALSO = {
    "create": {"create", "upsert"},
    "update": {"update", "upsert", "void"},
    "delete": {"delete", "archive"},
    "any": set(_WRITES),
}


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the rules see it.

    `deeds` names what it does to which object, one pair per member of a batch; left empty, it is `action` done to
    each of `objects`.
    """

    system: str
    method: str
    endpoint: str
    action: str
    objects: tuple[str, ...] = ()
    n: int = 0
    body: bytes = b""
    deeds: tuple[tuple[str, str], ...] = ()

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(action, object) of every member."""
        return self.deeds or tuple((self.action, name) for name in self.objects) or ((self.action, ""),)


@dataclass(frozen=True, slots=True)
class Fault:
    """What shall go wrong now; `rule` is the whole rule, for details such as `seconds`."""

    do: str
    rule: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long a slow answer takes, in real seconds."""
        return float(self.rule.get("seconds", 1.0))


_RULE_KEYS = frozenset({"system", "when", "do", "times", "seed", "then", "seconds", "code", "scopes", "fields"})
_WHEN_KEYS = frozenset({"write", "read", "action", "object", "endpoint", "record", "nth", "every", "probability"})
_THEN_KEYS = frozenset({"all_requests"})
_SYSTEMS = ("hubspot", "quickbooks")


def _check_keys(rule: Mapping[str, Any]) -> None:
    """A misspelt key would hit every request, or none. Raises ValueError naming it and the known ones."""
    for where, given, known in (
        ("a fault rule", rule, _RULE_KEYS),
        ("`when`", rule.get("when") or {}, _WHEN_KEYS),
        ("`then`", rule.get("then") or {}, _THEN_KEYS),
    ):
        unknown = sorted(given.keys() - known)
        if unknown:
            raise ValueError(f"{where} knows no {', '.join(unknown)}; it knows {', '.join(sorted(known))}")
    if rule.get("system", _SYSTEMS[0]) not in _SYSTEMS:
        raise ValueError(f"unknown system {rule['system']!r}; use one of {', '.join(_SYSTEMS)}")


class _Rule:
    def __init__(self, rule: Mapping[str, Any]) -> None:
        self.rule = dict(rule)
        self.when: Mapping[str, Any] = rule.get("when") or {}
        self.do = str(rule.get("do", ""))
        if self.do not in KINDS:
            raise ValueError(f"unknown fault {self.do!r}; use one of {', '.join(sorted(KINDS))}")
        self._seen = 0
        self._fired = 0
        self._dice = random.Random(rule.get("seed", 0))
        nth = self.when.get("nth")
        self._times = rule.get("times", 1 if nth is not None else None)
        self._endpoint = re.compile(str(self.when["endpoint"])) if "endpoint" in self.when else None

    def fires(self, call: Call) -> bool:
        if not self._concerns(call):
            return False
        self._seen += 1
        if self._times is not None and self._fired >= int(self._times):
            return False
        if not self._turn():
            return False
        self._fired += 1
        return True

    def _turn(self) -> bool:
        if "nth" in self.when and self._seen != int(self.when["nth"]):
            return False
        if "every" in self.when and self._seen % int(self.when["every"]) != 0:
            return False
        return "probability" not in self.when or self._dice.random() < float(self.when["probability"])

    def _concerns(self, call: Call) -> bool:
        if call.action == "token" and not self._about_tokens():
            return False
        if call.action != "token" and self.do.startswith("token_"):
            return False
        if self._endpoint is not None and not self._endpoint.search(call.endpoint):
            return False
        if "record" in self.when and str(self.when["record"]).encode() not in call.body:
            return False
        wanted = self.when.get("object")
        return any(self._deed(action) and wanted in (None, name) for action, name in call.pairs())

    def _about_tokens(self) -> bool:
        """A rule reaches token calls only if it says so: else a plain 503 would hide in a refresh."""
        return self.do.startswith("token_") or self.when.get("action") == "token" or self._endpoint is not None

    def _deed(self, action: str) -> bool:
        if "write" in self.when:
            wanted = str(self.when["write"])
            return action in _ALSO.get(wanted, {wanted})
        if "read" in self.when:
            wanted = str(self.when["read"])
            return action in (_READS if wanted in ("any", "True") else {wanted})
        if "action" in self.when:
            return action == str(self.when["action"])
        return True


class Faults:
    """The fault rules of one system."""

    def __init__(self, system: str) -> None:
        self.system = system
        self.clear()

    def clear(self) -> None:
        """No faults any more, lasting ones included."""
        self._rules: list[_Rule] = []
        self._lasting: Fault | None = None

    def load(self, rules: Iterable[Mapping[str, Any]]) -> int:
        """Replace the rules by those of this system; return how many. Raises ValueError for a fault or a key it does not know."""
        every = list(rules)
        for rule in every:
            _check_keys(rule)
        parsed = [_Rule(rule) for rule in every if rule.get("system", self.system) == self.system]
        self.clear()
        self._rules = parsed
        return len(parsed)

    def match(self, call: Call) -> Fault | None:
        """The fault this request meets. The first rule that fires wins; every rule counts the request."""
        if self._lasting is not None:
            return None if call.action == "token" else self._lasting
        fired = [rule for rule in self._rules if rule.fires(call)]
        if not fired:
            return None
        first = fired[0]
        then = first.rule.get("then")
        if then:
            self._lasting = Fault(str(then["all_requests"]), first.rule)
        return Fault(first.do, first.rule)
