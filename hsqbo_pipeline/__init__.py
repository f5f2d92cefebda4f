"""Keeps HubSpot and QuickBooks Online in step: extract, validate, match, plan, apply, report."""
