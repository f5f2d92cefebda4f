"""Figures, not tests: what is measured here is told in docs and never fails a build."""
