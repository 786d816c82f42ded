"""A small city to look at: constructed people, units, classes and hours. Not for production."""
