"""Tests of what both simulated systems share."""
