"""The analyst: answers questions about a user's own runs with numbers from tools, proposes, and never acts."""
