"""The use cases that the command line and the assets both call."""
