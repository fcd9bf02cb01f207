"""Prices, calls, budgets and reports: the money."""
