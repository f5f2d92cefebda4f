"""The properties API: definitions and groups of an object type.

Live behaviour kept here: a name that exists is 409, an archived name posted again comes back, `hasUniqueValue` is
settled at creation, `options` in a PATCH replace the whole list, a group with properties cannot be archived.
"""

from __future__ import annotations

import re
from typing import Any

from hsqbo_pipeline.sandbox.hubspot import batches
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.definitions import (
    FIELD_TYPES,
    MAX_UNIQUE,
    PROPERTY_TYPES,
    Definition,
    Definitions,
    Group,
    option,
)
from hsqbo_pipeline.sandbox.hubspot.kinds import Kind
from hsqbo_pipeline.sandbox.hubspot.objects_api import kind_of
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, invalid, not_found
from hsqbo_pipeline.sandbox.hubspot.reply import Reply
from hsqbo_pipeline.sandbox.hubspot.request import Request
from hsqbo_pipeline.sandbox.hubspot.values import iso

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REQUIRED = ("name", "label", "type", "fieldType", "groupName")
_COMMERCE = frozenset({"invoices", "commerce_payments", "line_items"})
_ONLY_ECOMMERCE = frozenset({"products", "line_items"})
_UNKNOWN = "The property does not exist"


class PropertiesApi:
    """Handlers of `/crm/properties/{version}/{type}/…`."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    def list(self, request: Request) -> Reply:
        """All live definitions, or all archived ones."""
        _, known = self._known(request, "read")
        archived = request.flag("archived")
        rows = [self.body(each) for each in known.by_name.values() if each.archived == archived]
        return Reply(200, {"results": rows})

    def read(self, request: Request) -> Reply:
        """One definition."""
        _, known = self._known(request, "read")
        return Reply(200, self.body(self._one(known, request.names["name"])))

    def create(self, request: Request) -> Reply:
        """A new definition."""
        kind, known = self._known(request, "write")
        created = self._create(kind, known, request.object())
        return Reply(201, self.body(created), headers={"Location": f"{request.path}/{created.name}"})

    def update(self, request: Request) -> Reply:
        """A change of a definition; its name, and whether its values are unique, stay."""
        _, known = self._known(request, "write")
        definition = self._one(known, request.names["name"])
        body = request.object()
        if definition.hubspot_defined and not definition.unique:
            raise invalid(f"{definition.name} is defined by HubSpot and can not be changed")
        if "hasUniqueValue" in body and bool(body["hasUniqueValue"]) != definition.unique:
            raise invalid("hasUniqueValue can only be set when the property is created")
        _check_types(body)
        if "groupName" in body:
            definition.group = self._group(known, str(body["groupName"])).name
        definition.label = str(body.get("label", definition.label))
        definition.description = str(body.get("description", definition.description))
        definition.type = str(body.get("type", definition.type))
        definition.field_type = str(body.get("fieldType", definition.field_type))
        if "options" in body:
            definition.options = _options(body["options"])
        definition.updated_at = iso(self._crm.now_ms())
        return Reply(200, self.body(definition))

    def archive(self, request: Request) -> Reply:
        """Puts a definition of one's own into the recycle bin."""
        _, known = self._known(request, "write")
        self._archive(self._one(known, request.names["name"]))
        return Reply(204)

    def batch_create(self, request: Request) -> Reply:
        """Several definitions; 207 where some could not be made."""
        started = self._crm.now_ms()
        kind, known = self._known(request, "write")
        rows, errors = [], []
        for each in batches.inputs_of(request.object()):
            try:
                rows.append(self.body(self._create(kind, known, each)))
            except RefusalError as refusal:
                errors.append(refusal.multi_status(name=[str(each.get("name"))]))
        return Reply(207 if errors else 201, batches.answer(self._crm, started, rows, errors))

    def batch_read(self, request: Request) -> Reply:
        """Several definitions by name; 207 names the unknown ones."""
        started = self._crm.now_ms()
        _, known = self._known(request, "read")
        body = request.object()
        archived = body.get("archived") is True
        rows, errors = [], []
        for each in batches.inputs_of(body):
            found = known.by_name.get(str(each.get("name")))
            if found is None or found.archived != archived:
                errors.append(not_found(_UNKNOWN, name=[str(each.get("name"))]).multi_status())
            else:
                rows.append(self.body(found))
        return Reply(207 if errors else 200, batches.answer(self._crm, started, rows, errors))

    def batch_archive(self, request: Request) -> Reply:
        """Archives several; unknown names are no error."""
        _, known = self._known(request, "write")
        for each in batches.inputs_of(request.object()):
            found = known.get(str(each.get("name")))
            if found is not None:
                self._archive(found)
        return Reply(204)

    def list_groups(self, request: Request) -> Reply:
        """All groups."""
        _, known = self._known(request, "read")
        return Reply(200, {"results": [each.body() for each in known.groups.values() if not each.archived]})

    def read_group(self, request: Request) -> Reply:
        """One group."""
        _, known = self._known(request, "read")
        return Reply(200, self._group(known, request.names["name"], missing=404).body())

    def create_group(self, request: Request) -> Reply:
        """A new group."""
        _, known = self._known(request, "write")
        body = request.object()
        name, label = body.get("name"), body.get("label")
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(label, str):
            raise invalid("A property group needs a name of a-z, 0-9 and _, and a label")
        if name in known.groups and not known.groups[name].archived:
            raise RefusalError(409, "OBJECT_ALREADY_EXISTS", f"A property group named '{name}' already exists.")
        order = body.get("displayOrder", -1)
        known.groups[name] = Group(name, label, order if isinstance(order, int) else -1)
        return Reply(201, known.groups[name].body(), headers={"Location": f"{request.path}/{name}"})

    def update_group(self, request: Request) -> Reply:
        """A group's label or order."""
        _, known = self._known(request, "write")
        group, body = self._group(known, request.names["name"], missing=404), request.object()
        group.label = str(body.get("label") or group.label)
        order = body.get("displayOrder")
        group.display_order = order if isinstance(order, int) else group.display_order
        return Reply(200, group.body())

    def archive_group(self, request: Request) -> Reply:
        """Archives a group that holds no property."""
        _, known = self._known(request, "write")
        group = self._group(known, request.names["name"], missing=404)
        if any(each.group == group.name for each in known.live()):
            raise invalid(f"Property group {group.name} still has properties")
        group.archived = True
        return Reply(204)

    def body(self, definition: Definition) -> dict[str, Any]:
        """A definition with the options it has today: currencies and tax rates come from the account."""
        account = self._crm.account
        if definition.options_from == "currencies":
            return definition.body([option(each, order) for order, each in enumerate(account.currencies)])
        if definition.options_from == "tax_rates":
            rates = account.tax_rates.values()
            return definition.body([option(each.id, order, each.name) for order, each in enumerate(rates)])
        return definition.body()

    def _create(self, kind: Kind, known: Definitions, body: dict[str, Any]) -> Definition:
        missing = [name for name in _REQUIRED if not isinstance(body.get(name), str) or not body[name]]
        if missing:
            raise invalid(f"Property {', '.join(missing)} is missing or no text")
        name = str(body["name"])
        if not _NAME.fullmatch(name) or len(name) > 100:
            raise invalid(f"Property name {name!r} must be lower case letters, digits and _, beginning with a letter")
        _check_types(body)
        existing = known.by_name.get(name)
        if existing is not None and not existing.archived:
            raise RefusalError(
                409,
                "OBJECT_ALREADY_EXISTS",
                f"A property named '{name}' already exists.",
                sub_category="Properties.PROPERTY_WITH_NAME_EXISTS",
            )
        group = self._group(known, str(body["groupName"]))
        if existing is not None:
            existing.archived_at = None
            return existing
        self._refuse_beyond_limits(kind, known, body)
        now = iso(self._crm.now_ms())
        created = Definition(
            name=name,
            label=str(body["label"]),
            type=str(body["type"]),
            field_type=str(body["fieldType"]),
            group=group.name,
            options=_options(body.get("options") or []),
            hubspot_defined=False,
            unique=body.get("hasUniqueValue") is True,
            hidden=body.get("hidden") is True,
            description=str(body.get("description") or ""),
            form_field=body.get("formField") is True,
            created_at=now,
            updated_at=now,
        )
        if created.type == "bool" and not created.options:
            created.options = [option("true", 0, "Yes"), option("false", 1, "No")]
        known.by_name[name] = created
        if created.unique:
            self._crm.stores[kind.name].add_unique(name)
        return created

    def _refuse_beyond_limits(self, kind: Kind, known: Definitions, body: dict[str, Any]) -> None:
        custom = sum(not each.hubspot_defined for each in known.live())
        if custom >= self._crm.account.custom_property_limit:
            raise invalid(f"The account has reached its limit of {custom} custom properties for {kind.name}")
        if body.get("hasUniqueValue") is not True:
            return
        if body["type"] not in ("string", "number"):
            raise invalid("Only text and number properties can require unique values")
        if kind.name in _COMMERCE and not self._crm.switches.hs_unique_on_commerce:
            raise invalid(f"Properties of {kind.name} can not require unique values")
        if len(known.unique_names()) >= MAX_UNIQUE:
            raise invalid(f"An object type can have at most {MAX_UNIQUE} properties with unique values")

    def _archive(self, definition: Definition) -> None:
        if definition.hubspot_defined:
            raise RefusalError(
                400,
                "VALIDATION_ERROR",
                f"{definition.name} is defined by HubSpot and can not be archived",
                sub_category="PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
            )
        definition.archived_at = iso(self._crm.now_ms())

    def _known(self, request: Request, access: str) -> tuple[Kind, Definitions]:
        kind = kind_of(request.names["type"])
        if access == "read":
            request.token.need(f"crm.objects.{kind.scope}.read", f"crm.schemas.{kind.scope}.read", "e-commerce")
        elif kind.scope in _ONLY_ECOMMERCE:
            request.token.need("e-commerce")
        else:
            request.token.need(f"crm.schemas.{kind.scope}.write")
        return kind, self._crm.stores[kind.name].definitions

    def _one(self, known: Definitions, name: str) -> Definition:
        found = known.get(name)
        if found is None:
            raise not_found(_UNKNOWN, propertyName=[name])
        return found

    def _group(self, known: Definitions, name: str, missing: int = 400) -> Group:
        group = known.groups.get(name)
        if group is None or group.archived:
            message = f"Property group {name} does not exist"
            raise not_found(message) if missing == 404 else invalid(message)
        return group


def _check_types(body: dict[str, Any]) -> None:
    for name, allowed in (("type", PROPERTY_TYPES), ("fieldType", FIELD_TYPES)):
        if name in body and body[name] not in allowed:
            raise invalid(f"{name} {body[name]} is not one of {', '.join(allowed)}")


def _options(listed: Any) -> list[dict[str, Any]]:
    if not isinstance(listed, list):
        raise invalid("Invalid input JSON: options must be a list")
    options = []
    for order, each in enumerate(listed):
        if not isinstance(each, dict) or not each.get("label") or not isinstance(each.get("value"), str):
            raise invalid("Every option needs label, value, displayOrder and hidden")
        made = option(each["value"], each.get("displayOrder", order), str(each["label"]))
        options.append({**made, "hidden": each.get("hidden") is True, "description": str(each.get("description", ""))})
    return options
