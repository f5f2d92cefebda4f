-- Which of these contacts have a company already.
SELECT DISTINCT from_id AS id FROM associations
WHERE from_object = 'contacts' AND to_object = 'companies' AND from_id IN (SELECT unnest($ids::VARCHAR[]))
