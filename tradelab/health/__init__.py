"""What machines ask: is this process alive, may it be given work, what does it measure."""
