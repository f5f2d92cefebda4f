"""The use cases behind single commands, against both simulated systems over real HTTP."""
