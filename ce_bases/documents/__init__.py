"""Printed documents: plain data in, PDF bytes out. Knows no feature."""
