"""Nights that are killed, cut off and lied to at every point they have: `python -m hsqbo_pipeline_tests.nights.torture`."""
