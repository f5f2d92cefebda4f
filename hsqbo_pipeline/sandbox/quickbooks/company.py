"""A QuickBooks Online company in memory: built from a configuration, served, looked into, acted on by people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hsqbo_pipeline.sandbox.frame.clock import Clock
from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.quickbooks.app import QuickBooksApp
from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.configure import DEFAULT_REALM, configure
from hsqbo_pipeline.sandbox.quickbooks.load import load_records
from hsqbo_pipeline.sandbox.quickbooks.oauth import TokenOffice
from hsqbo_pipeline.sandbox.quickbooks.person import act_as_person
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal
from hsqbo_pipeline.sandbox.quickbooks.service import Service


class QuickBooksCompany:
    """One company. Raises ValueError for a configuration it cannot read."""

    def __init__(self, *, clock: Clock, switches: Switches, config: Mapping[str, Any] | None = None) -> None:
        self._clock = clock
        self._switches = switches
        self._config: Mapping[str, Any] = config or {}
        self.office = TokenOffice(clock, switches)
        self.names: dict[str, str] = {}
        self.service = Service(self._build())

    @property
    def books(self) -> Books:
        """The company's records and settings."""
        return self.service.books

    def _build(self) -> Books:
        self.office.steady = bool(self._config.get("conformance"))
        books = Books(self._clock, self._switches, str(self._config.get("realm") or DEFAULT_REALM))
        try:
            self.names = configure(books, self._config)
        except Refusal as refusal:
            raise ValueError(f"the company's configuration breaks its own rules: {refusal}") from refusal
        return books

    def app(self, frame: Frame) -> QuickBooksApp:
        """The company's ASGI application."""
        return QuickBooksApp(frame, self.service, self.office)

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Every record of every kind in the API's shape, inactive ones too, deleted ones not."""
        return {name: list(table.docs()) for name, table in self.books.tables.items()}

    def state_json(self) -> bytes:
        """`state` as JSON, joined from the stored bytes."""
        groups = []
        for name, table in self.books.tables.items():
            rows = b",".join(table.rows[number].raw for number in table.ids)
            groups.append(b'"%s":[%s]' % (name.encode(), rows))
        return b"{%s}" % b",".join(groups)

    def person(self, action: Mapping[str, Any]) -> dict[str, Any]:
        """Act as a person in QuickBooks' own screens; answer the record after. Raises ValueError."""
        try:
            return act_as_person(self, action)
        except Refusal as refusal:
            raise ValueError(f"QuickBooks does not let a person do that: {refusal}") from refusal

    def reset(self, config: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Start again, from a new configuration if there is one; tokens issued before stay good."""
        if config is not None:
            self._config = config
        self.service.start_over(self._build())
        self.office.admit_first()
        return {"names": self.names}

    def load(self, entity: str, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Put records in without the overhead of requests; return their ids.

        References may be written short (`CustomerRef: "5"`); `_created` (aware datetime) dates a record, else it is
        made now. Raises ValueError for a record QuickBooks would refuse.
        """
        try:
            return load_records(self.books, entity, records)
        except Refusal as refusal:
            raise ValueError(f"a {entity} to be loaded breaks QuickBooks' rules: {refusal}") from refusal
