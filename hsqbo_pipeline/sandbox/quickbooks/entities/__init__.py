"""What each kind of QuickBooks object derives, defaults and refuses."""
