"""What people read: HTML, spreadsheets, CSV, plots."""
