"""Rosters of classes."""
