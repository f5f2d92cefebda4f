"""The sample company: a lamp maker whose books have the faults that real books have."""
