"""Stored uploads: judged by content, kept under random names, given out as attachments."""
