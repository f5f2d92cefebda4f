"""One canonical form of each object and its shape on both wires, driven by the field map."""
