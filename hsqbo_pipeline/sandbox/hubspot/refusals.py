"""Answers other than success, in the bodies HubSpot gives them.

Body fields: `status, message, correlationId, category` always; `subCategory, context, errors, links` where HubSpot
sends them (error-handling guide). A property problem also stands as a JSON array inside `message`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PropertyProblem:
    """What is wrong with one property of one input."""

    name: str
    code: str
    message: str


@dataclass(eq=False)
class RefusalError(Exception):
    """A request, or one input of a batch, that HubSpot does not carry out."""

    status: int
    category: str
    message: str
    sub_category: str | None = None
    context: dict[str, list[str]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The error body of a whole request."""
        body: dict[str, Any] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
        }
        if self.context:
            body["context"] = self.context
        if self.links:
            body["links"] = self.links
        body["category"] = self.category
        if self.sub_category:
            body["subCategory"] = self.sub_category
        if self.errors:
            body["errors"] = self.errors
        return body

    def multi_status(self, **context: list[str]) -> dict[str, Any]:
        """The same as one entry of `errors` in a 207 answer."""
        entry: dict[str, Any] = {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": {**self.context, **context},
            "errors": self.errors,
            "links": self.links,
        }
        if self.sub_category:
            entry["subCategory"] = self.sub_category
        return entry


def invalid(message: str, **context: list[str]) -> RefusalError:
    """400 VALIDATION_ERROR."""
    return RefusalError(400, "VALIDATION_ERROR", message, context=context)


def not_found(message: str, **context: list[str]) -> RefusalError:
    """404 OBJECT_NOT_FOUND."""
    return RefusalError(404, "OBJECT_NOT_FOUND", message, context=context)


def bad_properties(problems: list[PropertyProblem]) -> RefusalError:
    """400 for values that the property definitions or an object's rules do not allow."""
    listed = [{"isValid": False, "message": p.message, "error": p.code, "name": p.name} for p in problems]
    return RefusalError(
        400,
        "VALIDATION_ERROR",
        f"Property values were not valid: {json.dumps(listed, separators=(',', ':'))}",
        errors=[{"message": p.message, "code": p.code, "context": {"propertyName": [p.name]}} for p in problems],
    )


def bad_property(name: str, code: str, message: str) -> RefusalError:
    """400 for one value."""
    return bad_properties([PropertyProblem(name, code, message)])


def frozen_invoice(invoice_id: int | str, what: str) -> RefusalError:
    """400 for a change to what a finalised billable invoice no longer lets the API change."""
    return invalid(f"Invoice {invoice_id} is finalized: {what} can no longer be changed", id=[str(invoice_id)])


def invalid_associations(ids: list[str]) -> RefusalError:
    """400 for a pair, a type or a record that cannot be associated."""
    return invalid("One or more associations are invalid", INVALID_OBJECT_IDS=ids)


def method_not_allowed() -> RefusalError:
    """405 for a known path under another method."""
    return RefusalError(405, "METHOD_NOT_ALLOWED", "HTTP 405 Method Not Allowed")


def no_such_path() -> RefusalError:
    """404 for a path, or an API version, that does not exist."""
    return RefusalError(404, "OBJECT_NOT_FOUND", "No resource at this path; check the API name and version")


def missing_scopes(required: list[str]) -> RefusalError:
    """403 for a token without any of the scopes that would do."""
    message = (
        "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes."
    )
    return RefusalError(
        403,
        "MISSING_SCOPES",
        message,
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": required},
            }
        ],
        links={"scopes": "https://developers.hubspot.com/scopes"},
    )
