"""A batch of writes: its body, and its answers brought back to the items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hsqbo_pipeline.clients.faults import REMOTE, UNCERTAIN, Fault, error_of
from hsqbo_pipeline.clients.quickbooks.answers import BatchAnswer, BatchItem
from hsqbo_pipeline.clients.quickbooks.faults import SYSTEM, classify, errors_in
from hsqbo_pipeline.clients.transport import Answer
from hsqbo_pipeline.clients.wire import write_json
from hsqbo_pipeline.errors import HsqboError

BATCH_ITEMS = 30  # Intuit, batch reference; 31 are refused with code 1040
BID_LENGTH = 10


def batch_body(items: Sequence[BatchItem]) -> bytes:
    """The request body. Raises ValueError for what QuickBooks would refuse as a whole."""
    bids = [item.bid for item in items]
    if not 1 <= len(items) <= BATCH_ITEMS:
        raise ValueError(f"a batch takes 1 to {BATCH_ITEMS} items, not {len(items)}")
    if len(set(bids)) != len(bids) or any(not 1 <= len(bid) <= BID_LENGTH for bid in bids):
        raise ValueError(f"each bId must be unique and 1 to {BID_LENGTH} characters long")
    return write_json({"BatchItemRequest": [item.as_json() for item in items]})


def batch_answers(items: Sequence[BatchItem], answer: Answer) -> list[BatchAnswer]:
    """One answer per item, in the items' order. Items come back in any order (Intuit), so bId decides."""
    responses = answer.data.get("BatchItemResponse") if isinstance(answer.data, dict) else None
    if not isinstance(responses, list):
        said = "the answer holds no BatchItemResponse; what was written must be looked up"
        raise error_of(Fault(UNCERTAIN, answer.status, "", said, request_id=answer.request_id, system=SYSTEM))
    by_bid: dict[str, dict[str, Any]] = {str(part.get("bId")): part for part in responses if isinstance(part, dict)}
    return [_answer_to(item, by_bid.get(item.bid), answer) for item in items]


def _answer_to(item: BatchItem, part: dict[str, Any] | None, answer: Answer) -> BatchAnswer:
    record = part.get(item.entity) if part else None
    if isinstance(record, dict):
        return BatchAnswer(item.bid, record, None, answer.request_id)
    return BatchAnswer(item.bid, None, _item_error(item, part, answer), answer.request_id)


def _item_error(item: BatchItem, part: dict[str, Any] | None, answer: Answer) -> HsqboError:
    """An item's fault. Inside a batch the status is 200 whatever happened, so the code alone tells."""
    errors = errors_in(part)
    fault = (
        classify(answer.status, errors[0], item.entity)
        if errors
        else Fault(
            UNCERTAIN, answer.status, "", f"the batch's answer says nothing about item {item.bid}", system=SYSTEM
        )
    )
    code = UNCERTAIN if fault.code == REMOTE else fault.code  # an internal error may have struck after the saving
    return error_of(replace(fault, code=code, request_id=answer.request_id))
