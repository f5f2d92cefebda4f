"""Records by the names a file gives them, and what people do to them: the grammar of sample companies and scenarios.

An entry names one object with its fields beside keys of the person grammar:
`{as: i1, Invoice: {DocNumber: "1001", CustomerRef: "@c"}, lines: [{item: "@w", Qty: 3, UnitPrice: 100}]}`.
`@x` stands for the id of the record called x; `contact:E-MAIL` and `invoice:NUMBER` find HubSpot records by key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hsqbo_pipeline.sandbox.frame.server import SYSTEMS, Sandbox
from hsqbo_pipeline.sandbox.hubspot.kinds import KINDS
from hsqbo_pipeline.sandbox.hubspot.values import iso, to_ms
from hsqbo_pipeline.sandbox.quickbooks.books import ENTITIES

OBJECTS: Mapping[str, frozenset[str]] = {"hubspot": frozenset(KINDS), "quickbooks": frozenset(ENTITIES)}
_KEYED = {"contact": ("contacts", "email"), "invoice": ("invoices", "hs_number")}
_SPOKEN = ("as", "system", "action", "ref")


class CastError(ValueError):
    """An entry that cannot be acted: an unknown name, no object, or something the system refuses."""


@dataclass(frozen=True, slots=True)
class Named:
    """Where a name leads."""

    system: str
    object: str
    id: str


class Cast:
    """The named records of one sandbox. `defaults` lays fields under each created record, by "system.Object"."""

    def __init__(self, sandbox: Sandbox, defaults: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.sandbox = sandbox
        self.defaults = defaults or {}
        self.names: dict[str, Named] = {}

    def learn(self, system: str, kind: str, names: Mapping[str, str]) -> None:
        """Take in records that were made elsewhere: a chart of accounts, a book."""
        self.names.update({name: Named(system, kind, made) for name, made in names.items()})

    def find(self, reference: str) -> Named:
        """The record behind "@x", "contact:E-MAIL" or "invoice:NUMBER". Raises CastError."""
        kind, colon, key = reference.partition(":")
        if colon and kind in _KEYED:
            return self._by_key(*_KEYED[kind], key)
        found = self.names.get(reference.removeprefix("@"))
        if found is None:
            raise CastError(f"{reference} names no record; known are {', '.join(sorted(self.names)) or 'none'}")
        return found

    def _by_key(self, kind: str, key: str, value: str) -> Named:
        wanted = value.lower() if key == "email" else value
        for record in self.sandbox.hubspot.state()[kind]:
            if record["properties"].get(key) == wanted and not record.get("archived"):
                return Named("hubspot", kind, record["id"])
        raise CastError(f"HubSpot has no live record of {kind} whose {key} is {value!r}")

    def resolve(self, value: Any) -> Any:
        """The same value with each reference replaced by the id it leads to, in keys too."""
        if isinstance(value, str):
            keyed = value.partition(":")[0] in _KEYED and ":" in value and " " not in value
            return (
                self.find(value).id
                if (value.startswith("@") and value[1:] in self.names) or keyed
                else self._word(value)
            )
        if isinstance(value, Mapping):
            return {self.resolve(key): self.resolve(each) for key, each in value.items()}
        return [self.resolve(each) for each in value] if isinstance(value, list) else value

    def _word(self, value: str) -> str:
        if value == "<clock>":
            return iso(to_ms(self.sandbox.clock.now()))
        if value == "<portal currency>":
            return self.sandbox.hubspot.crm.account.company_currency
        if value.startswith("@"):
            self.find(value)  # raises: nobody has that name
        return value

    def give(self, system: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        """A person makes the record of an entry. Raises CastError."""
        return self.act({"system": system, "action": "create", **entry})

    def act(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """A person does what the entry says; the answer is the record after. Raises CastError."""
        system = str(entry.get("system", ""))
        if system not in SYSTEMS:
            raise CastError(f"{dict(entry)} names no system; use quickbooks or hubspot")
        action, kind = self._action(system, entry)
        try:
            answer: dict[str, Any] = self.sandbox.systems[system].person(action)
        except (ValueError, LookupError, TypeError) as error:
            raise CastError(f"{action['action']} {kind or action.get('object', '')} in {system}: {error}") from error
        if "as" in entry:
            self.names[str(entry["as"])] = Named(system, str(answer["object"]), str(answer["id"]))
        self.learn(system, "", answer.get("names", {}))
        return answer

    def _action(self, system: str, entry: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
        kind = next(
            (key for key, value in entry.items() if key in OBJECTS[system] and isinstance(value, Mapping)), None
        )
        action: dict[str, Any] = {
            key: self.resolve(value) for key, value in entry.items() if key not in _SPOKEN and key != kind
        }
        action["action"] = str(entry["action"])
        if kind is not None:
            action |= {"object": kind, "fields": self._fields(system, kind, entry)}
        subject = next((entry[key] for key in ("ref", "into", "from") if key in entry), None)
        if subject is not None:
            named = self.find(str(subject))
            action.setdefault("object", named.object)
            if "ref" in entry:
                action["id"] = named.id
        return action, kind

    def _fields(self, system: str, kind: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        under = self.defaults.get(f"{system}.{kind}", {}) if entry["action"] == "create" else {}
        fields: dict[str, Any] = self.resolve({**under, **entry[kind]})
        return fields
