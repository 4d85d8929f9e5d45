"""Benchmarks that anyone can re-run: ratios to a floor measured in the same run."""
