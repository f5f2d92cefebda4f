-- Records of one reason together, money apart by currency. New: the reason came up in the run that is told of.
SELECT code, state, class, currency, count(*)::INTEGER AS records, count(*) FILTER (since_run = $run_id)::INTEGER AS new, min(since_at) AS since,
  list(DISTINCT entity ORDER BY entity) AS objects, max(owner) AS owner, sum(amount) AS amount,
  min(sentence) AS sentence, count(DISTINCT sentence) = 1 AS same, if(count(DISTINCT fix) = 1, min(fix), NULL) AS fix
FROM record_states WHERE code <> 'OPS_UNCHANGED'
GROUP BY code, state, class, currency ORDER BY code, state, currency
