"""`hsqbo scenario run`: nights told in a file, played against a fresh sandbox."""
