"""Runs started again from the snapshot of one: with one setting changed, on other days, several in a row."""
