"""What live runs saw: every bar of a feed as it arrived, and the minutes that became steps."""
