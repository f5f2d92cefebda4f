"""A HubSpot portal in memory."""
