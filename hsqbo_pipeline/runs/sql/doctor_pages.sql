-- Pages of a whole read: 100 records a page in HubSpot, 1,000 in QuickBooks.
SELECT system, sum(ceil(records / if(system = 'hubspot', 100, 1000)))::INTEGER AS pages
FROM (SELECT system, object, count(*) AS records FROM mirror WHERE gone IS NULL GROUP BY system, object)
GROUP BY system
