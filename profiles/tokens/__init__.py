"""Tokens by which programs use the API in a user's name."""
