"""What the analyst may propose, one file each: a rule, other words, another run. Nothing here writes; the user's click does."""
