"""HubSpot and QuickBooks Online as local servers."""
