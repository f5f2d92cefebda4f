"""One simulated HubSpot portal: what the frame serves, resets, looks into and lets people act in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import RLock
from typing import Any

from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.hubspot import loading, people
from hsqbo_pipeline.sandbox.hubspot.account import Account
from hsqbo_pipeline.sandbox.hubspot.app import HubSpotApp
from hsqbo_pipeline.sandbox.hubspot.crm import Clock, Crm
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError
from hsqbo_pipeline.sandbox.hubspot.state import everything
from hsqbo_pipeline.sandbox.hubspot.tokens import Tokens


class HubSpotPortal:
    """A portal with its records. `config` has the grammar of the scenarios' `portal:` key."""

    def __init__(self, *, clock: Clock, switches: Switches, config: Mapping[str, Any] | None = None) -> None:
        self._clock = clock
        self._switches = switches
        self._lock = RLock()
        self._config: Mapping[str, Any] = {}
        self.reset(config)

    def reset(self, config: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """An empty portal again, with new settings or those it was built with. Answers {"names": {as: id}}.

        Raises ValueError for a setting that does not exist.
        """
        wanted = self._config if config is None else config
        account, names = Account.read(dict(wanted))
        with self._lock:
            self._config = wanted
            self.crm = Crm(self._clock, self._switches, account)
            self.tokens = Tokens(self.crm)
        return {"names": names}

    def app(self, frame: Frame) -> HubSpotApp:
        """The portal's API as an ASGI application."""
        return HubSpotApp(lambda: (self.crm, self.tokens), self._lock, frame)

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """All records by object type, archived ones included."""
        with self._lock:
            loading.finish(self.crm)
            return everything(self.crm)

    def person(self, action: Mapping[str, Any]) -> dict[str, Any]:
        """Does what a person does in HubSpot's screens. Raises ValueError saying what is wrong with the action."""
        with self._lock:
            loading.finish(self.crm)
            try:
                return people.act(self.crm, action)
            except RefusalError as refusal:
                raise ValueError(refusal.message) from refusal

    def load(self, kind: str, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Adds a book's records in bulk and returns their ids; see `loading.load` for a record's shape."""
        with self._lock:
            return loading.load(self.crm, kind, records)
