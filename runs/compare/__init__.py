"""Two to six runs beside each other: what was set up otherwise, and which figures are better."""
