-- Whether anybody is without a partner; else nobody is looked for.
SELECT 1 AS one FROM pairs WHERE entity = $entity AND kind = 'single' LIMIT 1
