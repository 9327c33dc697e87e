"""Data that benchmarks make up."""
