"""Accounts, login sessions, passwords."""
