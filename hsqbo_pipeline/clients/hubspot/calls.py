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

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
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
        content: bytes | None = None,
        content_type: str = JSON,
        kinds: tuple[str, ...] = (),
    ) -> Answer:
        """A request that changes nothing, and so may be repeated; with a JSON `body`, or `content` of another type."""
        if body is not None:
            content = write_json(body)
        call = Call(
            method,
            path,
            endpoint,
            write=False,
            params=tuple(params),
            content=content,
            content_type=content_type,
            kinds=kinds,
        )
        return await self.transport.send(call)

    async def write(
        self, path: str, endpoint: str, body: Any, *, subject: str = "", kinds: tuple[str, ...] = ()
    ) -> Answer:
        """A request that changes something. `subject` is the object, for the error's sake."""
        content = write_json(body)
        call = Call("POST", path, endpoint, write=True, content=content, kinds=kinds, subject=subject)
        return await self.transport.send(call)

    async def write_batch(self, object_: str, action: str, inputs: Sequence[Record]) -> Answer:
        """One of the batch endpoints of an object. Raises ValueError for a size that HubSpot would refuse."""
        check_size(inputs, BATCH)
        path = self.paths.batch(object_, action)
        return await self.write(path, f"{action} {object_}", {"inputs": list(inputs)}, subject=object_)

    async def write_associations(self, from_: str, to: str, action: str, inputs: Sequence[Record]) -> str | None:
        """Make or undo associations. Raises the first error of a 207, for none of its errors name a pair reliably."""
        path = self.paths.associations(from_, to, action)
        endpoint = f"{action} associations {from_} {to}"
        answer = await self.write(path, endpoint, {"inputs": list(inputs)}, kinds=(ASSOCIATIONS,))
        errors = answer.data.get("errors") if isinstance(answer.data, dict) else None
        if errors:
            raise error_of(classify(400, errors[0]))
        return answer.request_id


def check_size(given: Sized, most: int) -> None:
    """Raise ValueError for a batch that HubSpot would refuse as a whole."""
    if not 1 <= len(given) <= most:
        raise ValueError(f"a batch takes 1 to {most} inputs, not {len(given)}")
