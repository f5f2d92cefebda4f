-- Line items and deals of the candidates' HubSpot invoices, for rules that read a property of theirs.
SELECT m.object, m.id, m.payload
FROM mirror AS m
WHERE m.system = 'hubspot' AND m.gone IS NULL AND list_contains($objects::VARCHAR[], m.object)
  AND EXISTS (SELECT 1 FROM associations AS a JOIN pairs AS p ON p.entity = 'invoice' AND p.hubspot_id = a.from_id
              WHERE a.from_object = 'invoices' AND a.to_object = m.object AND a.to_id = m.id)
