-- Records on which the two sides disagree: held, settled by the rules in this run, or edited where nobody reads.
SELECT record_key, entity, hubspot_id, quickbooks_id, label, code, slots, reasons, sentence, fix, owner, since_at FROM record_states
WHERE code IN ('CONF_HELD', 'CONF_BOTH_CHANGED', 'REC_DRIFT', 'REC_TOTAL_VARIANCE', 'DIR_NOT_OWNER') OR reasons::VARCHAR LIKE '%CONF\_%' ESCAPE '\' OR reasons::VARCHAR LIKE '%REC_DRIFT%'
  OR starts_with(code, 'INV_REMOTE_')
ORDER BY code, entity, record_key LIMIT $limit
