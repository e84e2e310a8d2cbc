"""Live paper sessions: the same loop, fed by the latest closed bar of a feed. See docs/decisions/live-sessions.md."""
