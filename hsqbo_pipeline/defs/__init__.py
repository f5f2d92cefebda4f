"""Dagster, and the only package that imports it."""
