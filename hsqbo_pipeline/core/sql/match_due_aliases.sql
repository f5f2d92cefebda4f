-- A company whose contacts came or went is looked at, though nobody touched it.
INSERT INTO due (entity, system, id, reason, since_run)
SELECT DISTINCT 'customer', 'hubspot', company_id, 'contacts', $run_id FROM alias_changes WHERE quickbooks_id IS NOT NULL
ON CONFLICT DO NOTHING
