"""Checks for `manage.py check --deploy`: combinations that are unsafe on a machine that others can reach."""
