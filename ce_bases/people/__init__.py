"""Professionals, units and who works where."""
