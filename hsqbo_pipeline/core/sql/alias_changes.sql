SELECT * FROM alias_changes ORDER BY company_id, length(contact_id), contact_id, joins DESC
