-- Looked at.
DELETE FROM touched WHERE list_contains($objects, object)
