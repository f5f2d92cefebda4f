-- Whether an earlier run left anything of one kind open that its conclusion could not settle.
SELECT EXISTS (FROM journal WHERE entity = $entity AND action = 'update' AND status = 'abandoned' AND code IS NULL)
  OR EXISTS (
    FROM links AS l ANTI JOIN baselines AS b ON b.entity = l.entity AND b.hubspot_id = l.hubspot_id AND b.quickbooks_id = l.quickbooks_id
    WHERE l.entity = $entity AND l.role = 'primary') AS found
