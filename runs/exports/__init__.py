"""Taking a run's tables away: the same rows as the page, streamed in constant memory."""
