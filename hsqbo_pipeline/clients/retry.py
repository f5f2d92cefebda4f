"""When a request may be sent again, and after how long.

The rule: a read may always be repeated. A write may be repeated only if it surely was not carried out: the connection
was never made, or the system turned it away at the door (throttled, locked). Any other write without a clear answer
ends in UncertainError; whoever sent it must look before sending again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.clients.faults import REMOTE, UNCERTAIN, Fault, error_of
from hsqbo_pipeline.errors import HsqboError

T = TypeVar("T")

ATTEMPTS = 6
_BACK_OFF = wait_exponential_jitter(multiplier=0.5, max=20, jitter=0.5)
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class TryAgainError(Exception):
    """Internal: this attempt failed in a way that allows another; `error` is for when attempts are used up."""

    def __init__(self, error: HsqboError, wait_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


def after_fault(fault: Fault, *, write: bool) -> TryAgainError | HsqboError:
    """What to raise for a refusal: TryAgainError if it may be repeated, else the error for the caller."""
    if fault.wait_s is not None:
        return TryAgainError(error_of(fault), fault.wait_s)
    if fault.code != REMOTE or fault.status == 477:  # 477: the account is being moved, for up to a day
        return error_of(fault)
    if write:
        return error_of(replace(fault, code=UNCERTAIN))
    return TryAgainError(error_of(fault))


def after_lost_answer(exc: httpx.RequestError, *, write: bool, system: str, where: str) -> TryAgainError | HsqboError:
    """What to raise when no answer came at all. `where` is method and path, without query."""
    if isinstance(exc, _NEVER_CONNECTED):
        said = f"could not be reached for {where}; check the network and the base URL"
        return TryAgainError(error_of(Fault(REMOTE, 0, type(exc).__name__, said, system=system)))
    if write:
        said = f"no answer to {where}; it may have been saved and is looked up before anything is sent again"
        return error_of(Fault(UNCERTAIN, 0, type(exc).__name__, said, system=system))
    fault = Fault(REMOTE, 0, type(exc).__name__, f"the answer to {where} was lost", system=system)
    return TryAgainError(error_of(fault))


async def repeated(attempt: Callable[[int], Awaitable[T]], clock: Clock, attempts: int = ATTEMPTS) -> T:
    """Run `attempt(number)` until it does not raise TryAgainError; then or at the last attempt, its result or error."""
    retrying = AsyncRetrying(
        sleep=clock.sleep,
        stop=stop_after_attempt(attempts),
        wait=_delay,
        retry=retry_if_exception_type(TryAgainError),
        reraise=True,
    )
    try:
        async for state in retrying:
            with state:
                return await attempt(state.retry_state.attempt_number)
    except TryAgainError as last:
        raise last.error from last.__cause__
    raise AssertionError("tenacity ends with a result or an error")


def _delay(state: RetryCallState) -> float:
    exc = state.outcome.exception() if state.outcome else None
    backed_off = _BACK_OFF(state)
    asked = exc.wait_s if isinstance(exc, TryAgainError) else None
    return backed_off + (asked or 0.0)
