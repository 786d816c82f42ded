"""Front page, contacts, help, health."""
