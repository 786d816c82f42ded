"""The bureau's desk."""
