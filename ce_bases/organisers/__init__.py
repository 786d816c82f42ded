"""Bases and departments: staff, venues, lecturers."""
