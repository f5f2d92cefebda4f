"""The report as one HTML file: everything in it, nothing fetched."""
