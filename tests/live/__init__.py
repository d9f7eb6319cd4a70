"""What the live tests and the benchmarks share: a real server process, and a caller of it. Standard library only."""
