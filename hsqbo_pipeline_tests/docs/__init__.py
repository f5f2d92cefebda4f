"""The documents that are made from the code and its tests, and the tests that hold the others to the code."""
