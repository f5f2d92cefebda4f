SELECT day, entity, count(*) AS records FROM booked GROUP BY ALL ORDER BY ALL
