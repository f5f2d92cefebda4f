"""Tests of the mapping between canonical fields and both wires."""
