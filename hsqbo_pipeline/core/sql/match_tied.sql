-- The links that hold: of the object that stands for the entity; an alias only beside a pair of the same kind. That a contact belongs
-- to a company says nothing where people are the customers.
INSERT INTO tied
WITH main AS (
  SELECT hubspot_id, quickbooks_id FROM links WHERE entity = $entity AND role = 'primary' AND hubspot_object = $object
)
SELECT entity, hubspot_id, quickbooks_id, role, matched_by FROM links
WHERE entity = $entity AND hubspot_object = $object
  AND (role = 'primary' OR role = 'alias' AND matched_by <> 'company' AND (hubspot_id IN (SELECT hubspot_id FROM main) OR quickbooks_id IN (SELECT quickbooks_id FROM main)))
