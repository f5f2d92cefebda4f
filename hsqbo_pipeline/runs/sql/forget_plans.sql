UPDATE plans SET status = 'superseded' WHERE status IN ('open', 'approved')
