"""What a language model is shown: versioned texts and the plain Python that fills them. Stable text first, changing text last."""
