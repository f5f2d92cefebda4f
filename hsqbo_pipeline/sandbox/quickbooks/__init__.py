"""A QuickBooks Online company in memory."""
