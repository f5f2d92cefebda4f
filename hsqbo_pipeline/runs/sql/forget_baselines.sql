DELETE FROM baselines
