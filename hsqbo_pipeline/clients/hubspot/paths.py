"""Every HubSpot address, for the date-based API versions: the version stands behind the API's name.

Sources: HubSpot's 2026-03 and 2026-09 specifications; versioning guide.
"""

from __future__ import annotations

from dataclasses import dataclass

from hsqbo_pipeline.errors import ConfigurationError

VERSIONS = ("2026-09", "2026-03")
# The specifications and the official client write deals by type id in these versions.
_SEGMENTS = {"deals": "0-3"}


@dataclass(frozen=True, slots=True)
class Paths:
    """Addresses of one API version. Raises ConfigurationError for a version we were not tested with."""

    version: str

    def __post_init__(self) -> None:
        """Refuse an unknown version at the start, not at the first request."""
        if self.version not in VERSIONS:
            known = " or ".join(VERSIONS)
            raise ConfigurationError(f"HubSpot API version {self.version!r} is not supported; set {known}.")

    def objects(self, object_: str) -> str:
        """List and single create."""
        return f"/crm/objects/{self.version}/{_SEGMENTS.get(object_, object_)}"

    def record(self, object_: str, record_id: str) -> str:
        """One record."""
        return f"{self.objects(object_)}/{record_id}"

    def search(self, object_: str) -> str:
        """Search."""
        return f"{self.objects(object_)}/search"

    def batch(self, object_: str, action: str) -> str:
        """`read`, `create`, `update`, `upsert` or `archive` of up to 100 records."""
        return f"{self.objects(object_)}/batch/{action}"

    def associations(self, from_: str, to: str, action: str) -> str:
        """`read`, `create` or `archive` of associations in bulk."""
        pair = f"{_SEGMENTS.get(from_, from_)}/{_SEGMENTS.get(to, to)}"
        return f"/crm/associations/{self.version}/{pair}/batch/{action}"

    def association_labels(self, from_: str, to: str) -> str:
        """The association types of a pair of objects."""
        return f"/crm/associations/{self.version}/{_SEGMENTS.get(from_, from_)}/{_SEGMENTS.get(to, to)}/labels"

    def properties(self, object_: str) -> str:
        """Property definitions."""
        return f"/crm/properties/{self.version}/{_SEGMENTS.get(object_, object_)}"

    def property_groups(self, object_: str) -> str:
        """Property groups."""
        return f"{self.properties(object_)}/groups"

    def properties_create(self, object_: str) -> str:
        """Creation of several property definitions."""
        return f"{self.properties(object_)}/batch/create"

    def account_details(self) -> str:
        """The portal behind the token."""
        return f"/account-info/{self.version}/details"

    def tax_rates(self) -> str:
        """The portal's library of tax rates (read only)."""
        return f"/tax-rates/{self.version}/tax-rates"

    def token(self) -> str:
        """OAuth token endpoint."""
        return f"/oauth/{self.version}/token"

    def introspect(self) -> str:
        """What an OAuth token may do."""
        return f"{self.token()}/introspect"
