"""What benchmarks/request_path.py measures, and what it measures with."""
