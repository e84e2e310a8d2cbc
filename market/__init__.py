"""Shared facts: instruments, bars, the exchange calendar, and the only reader that can't look ahead."""
