"""Conversations with the system agent."""
