"""What the site tells people: an inbox for every account, and the same by e-mail."""
