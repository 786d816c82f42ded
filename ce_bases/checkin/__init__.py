"""Signing in oneself: the rotating code on the wall, one's own code, prompts in a live class."""
