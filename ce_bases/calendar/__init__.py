"""What anyone may see: calendar, plan and base pages, search, feeds."""
