"""Conversations with the analyst: what was asked and answered, turns that survive everything, pages, and what is applied."""
