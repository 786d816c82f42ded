"""The ledger of hours, the year's record, confirmation."""
