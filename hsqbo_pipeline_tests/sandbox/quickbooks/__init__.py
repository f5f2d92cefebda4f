"""Tests of the QuickBooks company; QBT, QBC and QBO number its traps, checklist items and open points."""
