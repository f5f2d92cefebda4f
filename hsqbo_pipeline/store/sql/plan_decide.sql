UPDATE plans SET status = $status, approved_by = $who, approved_at = $at, why = $why
WHERE hash = $hash AND status = 'open'
RETURNING hash
