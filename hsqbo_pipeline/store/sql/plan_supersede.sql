UPDATE plans SET status = 'superseded', superseded_by = $hash WHERE status IN ('open', 'approved') AND hash <> $hash
