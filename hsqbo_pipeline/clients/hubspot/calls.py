"""How the HubSpot client puts its requests together: reads, batches of writes, writes of associations."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Any

from hsqbo_pipeline.clients.faults import error_of
from hsqbo_pipeline.clients.hubspot.faults import classify
from hsqbo_pipeline.clients.hubspot.paths import Paths
from hsqbo_pipeline.clients.limits import ASSOCIATIONS
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.clients.transport import Answer, Call, Transport
from hsqbo_pipeline.clients.wire import write_json

BATCH = 100  # inputs of every batch endpoint; 101 are refused


@dataclass(frozen=True, slots=True)
class Calls:
    """One transport and the addresses of one API version."""

    transport: Transport
    paths: Paths

    async def read(
        self,
        method: str,
        path: str,
        endpoint: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        body: Any = None,
        kinds: tuple[str, ...] = (),
    ) -> Answer:
        """A request that changes nothing, and so may be repeated."""
        content = None if body is None else write_json(body)
        return await self.transport.send(
            Call(method, path, endpoint, write=False, params=tuple(params), content=content, kinds=kinds)
        )

    async def write(
        self, path: str, endpoint: str, body: Any, kinds: tuple[str, ...] = (), method: str = "POST"
    ) -> Answer:
        """A request that changes something."""
        return await self.transport.send(
            Call(method, path, endpoint, write=True, content=write_json(body), kinds=kinds)
        )

    async def write_batch(self, object_: str, action: str, inputs: Sequence[Record]) -> Answer:
        """One of the batch endpoints of an object. Raises ValueError for a size that HubSpot would refuse."""
        check_size(inputs, BATCH)
        return await self.write(self.paths.batch(object_, action), f"{action} {object_}", {"inputs": list(inputs)})

    async def write_associations(self, from_: str, to: str, action: str, inputs: Sequence[Record]) -> str | None:
        """Make or undo associations. Raises the first error of a 207, for none of its errors name a pair reliably."""
        path = self.paths.associations(from_, to, action)
        endpoint = f"{action} associations {from_} {to}"
        answer = await self.write(path, endpoint, {"inputs": list(inputs)}, (ASSOCIATIONS,))
        errors = answer.data.get("errors") if isinstance(answer.data, dict) else None
        if errors:
            raise error_of(classify(400, errors[0]))
        return answer.request_id


def check_size(given: Sized, most: int) -> None:
    """Raise ValueError for a batch that HubSpot would refuse as a whole."""
    if not 1 <= len(given) <= most:
        raise ValueError(f"a batch takes 1 to {most} inputs, not {len(given)}")
