"""Nights told in a file: played against a fresh sandbox, step by step, with what differs from what was expected."""
