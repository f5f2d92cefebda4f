SELECT system, object, count(*) FILTER (gone IS NULL) AS live, count(*) FILTER (gone IS NOT NULL) AS gone, max(modified_at) AS newest
FROM mirror GROUP BY ALL ORDER BY ALL
