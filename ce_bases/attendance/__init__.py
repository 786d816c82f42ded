"""Sign-in sheets, the lecturer's list, attendance."""
