"""Tests of the pure model: codes, rules, money, days and keys."""
