UPDATE plans SET status = 'applied' WHERE hash = $hash AND status = 'approved' RETURNING hash
