"""The fifteen bureaus of the notice's annex, and their officers."""
