"""What both simulated systems share: clock, traffic, faults, limits, switches, server."""
