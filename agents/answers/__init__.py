"""What a language model may answer, and the strict reading of it: exactly what was meant, or a code that says why not."""
