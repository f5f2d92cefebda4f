"""Reading: windows, paging to landing, loading the mirror, completeness."""
