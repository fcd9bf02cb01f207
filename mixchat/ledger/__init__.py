"""Money: prices, the ledger of every call, budgets, estimates and reports."""
