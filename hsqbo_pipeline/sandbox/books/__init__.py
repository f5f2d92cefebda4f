"""Books: a company's business as plain CSV, read with care and loaded into either simulated system."""
