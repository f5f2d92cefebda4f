INSERT OR REPLACE INTO reads BY NAME
SELECT $run_id AS run_id, $system AS system, $object AS object, $complete AS complete, $code AS code, $detail AS detail, $records AS records,
       $requests AS requests, $read_at AS read_at
