"""Whole nights against both simulated systems over real HTTP."""
