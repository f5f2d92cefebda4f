-- The share of values without fault by dimension, in percent, over the last runs that measured; what is only good to know is left out.
SELECT r.number, q.dimension, round(100.0 * (1 - sum(q.failed) / nullif(sum(q.checked), 0)), 3)::DOUBLE AS good
FROM quality AS q JOIN runs AS r ON r.run_id = q.run_id
WHERE q.severity <> 'info' AND r.number > $number - $limit AND r.number <= $number
GROUP BY r.number, q.dimension ORDER BY r.number, q.dimension
