"""Asking language models: one client with our own retries, a journal that is paid once, budgets, prices and quotes."""
