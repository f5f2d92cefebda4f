"""Which handler answers a path, what it does to which objects, and what the request is called in the traffic log.

Every path is brought to its date-based form first, so the version is an element of the path and no handler exists
twice. Unknown versions have no routes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsqbo_pipeline.sandbox.hubspot.account_api import AccountApi
from hsqbo_pipeline.sandbox.hubspot.associations_api import AssociationsApi
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import find_kind
from hsqbo_pipeline.sandbox.hubspot.objects_api import ObjectsApi
from hsqbo_pipeline.sandbox.hubspot.properties_api import PropertiesApi
from hsqbo_pipeline.sandbox.hubspot.reply import Reply
from hsqbo_pipeline.sandbox.hubspot.request import LEGACY, VERSIONS, Request, normalise

Handler = Callable[[Request], Reply]
READS = frozenset({"read", "list", "search"})


_SETTINGS = {"account-info": "account", "tax-rates": "tax_rates"}


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path template with its handler; `action` is what the fault rules call it."""

    method: str
    parts: tuple[str, ...]
    action: str
    handler: Handler

    @property
    def writes(self) -> bool:
        """Whether a request may change data."""
        return self.action not in READS

    def match(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        """The open parts of a path, None if it is another path."""
        names = {}
        for mine, theirs in zip(self.parts, parts, strict=True):
            if mine.startswith("{"):
                names[mine[1:-1]] = theirs
            elif mine != theirs:
                return None
        return names

    def endpoint(self, names: dict[str, str]) -> str:
        """The request's name in the traffic log: record ids are left open."""
        shown = [names[part[1:-1]] if part in ("{version}", "{type}", "{to}") else part for part in self.parts]
        return f"{self.method} /{'/'.join(shown)}"

    def objects(self, names: dict[str, str]) -> tuple[str, ...]:
        """What a request concerns: object types, or the portal's own settings, so that a fault can be aimed at them."""
        if self.parts[0] in _SETTINGS:
            return (_SETTINGS[self.parts[0]],)
        kinds = [find_kind(names[name]) for name in ("type", "to") if name in names]
        return tuple(kind.name for kind in kinds if kind is not None)


class Router:
    """All routes that need a token."""

    def __init__(self, crm: Crm) -> None:
        self._by_length: dict[int, list[Route]] = {}
        for row in _table(crm):
            self._by_length.setdefault(len(row.parts), []).append(row)

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
        """The route of a request, the open parts of its path, and whether the path exists under some method."""
        parts = tuple(normalise(path).strip("/").split("/"))
        known = False
        for route in self._by_length.get(len(parts), []):
            names = route.match(parts)
            if names is None or names.get("version", "v3") not in VERSIONS | LEGACY:
                continue
            if route.method == method:
                return route, names, True
            known = True
        return None, {}, known


Row = tuple[str, str, str, Handler]


def _table(crm: Crm) -> list[Route]:
    rows = [*_of_records(crm), *_of_definitions(crm)]
    return [Route(method, tuple(path.split("/")), action, handler) for method, path, action, handler in rows]


def _of_records(crm: Crm) -> list[Row]:
    objects, associations = ObjectsApi(crm), AssociationsApi(crm)
    one, links = "crm/objects/{version}/{type}", "crm/associations/{version}/{type}/{to}"
    below = one + "/{id}/associations"
    return [
        ("POST", one + "/search", "search", objects.search),
        ("POST", one + "/merge", "merge", objects.merge),
        ("POST", one + "/gdpr-delete", "delete", objects.gdpr_delete),
        ("POST", one + "/batch/read", "read", objects.batch_read),
        ("POST", one + "/batch/create", "create", objects.batch_create),
        ("POST", one + "/batch/update", "update", objects.batch_update),
        ("POST", one + "/batch/upsert", "upsert", objects.batch_upsert),
        ("POST", one + "/batch/archive", "archive", objects.batch_archive),
        ("GET", one, "list", objects.list),
        ("POST", one, "create", objects.create),
        ("GET", one + "/{id}", "read", objects.read),
        ("PATCH", one + "/{id}", "update", objects.update),
        ("DELETE", one + "/{id}", "archive", objects.archive),
        ("PUT", below + "/default/{to}/{to_id}", "associate", associations.put_default),
        ("GET", below + "/{to}", "read", associations.list_one),
        ("PUT", below + "/{to}/{to_id}", "associate", associations.put_labels),
        ("DELETE", below + "/{to}/{to_id}", "associate", associations.delete_one),
        ("POST", links + "/batch/read", "read", associations.batch_read),
        ("POST", links + "/batch/associate/default", "associate", associations.batch_default),
        ("POST", links + "/batch/create", "associate", associations.batch_create),
        ("POST", links + "/batch/archive", "associate", associations.batch_archive),
        ("POST", links + "/batch/labels/archive", "associate", associations.batch_remove_labels),
        ("GET", links + "/labels", "read", associations.labels),
    ]


def _of_definitions(crm: Crm) -> list[Row]:
    properties, account = PropertiesApi(crm), AccountApi(crm)
    defined = "crm/properties/{version}/{type}"
    return [
        ("GET", defined + "/groups", "read", properties.list_groups),
        ("POST", defined + "/groups", "define", properties.create_group),
        ("GET", defined + "/groups/{name}", "read", properties.read_group),
        ("PATCH", defined + "/groups/{name}", "define", properties.update_group),
        ("DELETE", defined + "/groups/{name}", "define", properties.archive_group),
        ("POST", defined + "/batch/read", "read", properties.batch_read),
        ("POST", defined + "/batch/create", "define", properties.batch_create),
        ("POST", defined + "/batch/archive", "define", properties.batch_archive),
        ("GET", defined, "read", properties.list),
        ("POST", defined, "define", properties.create),
        ("GET", defined + "/{name}", "read", properties.read),
        ("PATCH", defined + "/{name}", "define", properties.update),
        ("DELETE", defined + "/{name}", "define", properties.archive),
        ("GET", "crm/pipelines/{version}/{type}", "read", account.pipelines),
        ("GET", "crm/pipelines/{version}/{type}/{id}", "read", account.pipeline),
        ("GET", "crm/limits/{version}/custom-properties", "read", account.custom_properties),
        ("GET", "crm/limits/{version}/records", "read", account.records),
        ("GET", "account-info/{version}/details", "read", account.details),
        ("GET", "tax-rates/{version}/tax-rates", "read", account.tax_rates),
        ("GET", "tax-rates/{version}/tax-rates/{id}", "read", account.tax_rate),
    ]
