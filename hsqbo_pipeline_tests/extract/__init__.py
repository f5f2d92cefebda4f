"""Tests of reading both systems into the mirror, against the sandbox."""
