"""What to do about a record: pure functions and SQL on a connection they are handed."""
