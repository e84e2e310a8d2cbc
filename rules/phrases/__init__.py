"""Sentences that traders say, read as rules without a language model: each is understood whole or not at all."""
