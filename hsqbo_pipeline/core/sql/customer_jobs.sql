-- Jobs with an e-mail address of their own: they are customers like any other. All other jobs bill to their family's contact.
SELECT DISTINCT id FROM own_addresses WHERE system = 'quickbooks' AND parent_id IS NOT NULL AND id IN (SELECT unnest($ids))
