"""Downloads: bars from a feed into the table, part by part, each part whole or not at all."""
