"""Many processes of one installation, killed at will: what `make bench-fleet` measures and a test repeats in small."""
