"""The writer against both simulated systems."""
