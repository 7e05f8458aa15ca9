"""What benchmarks/pipeline.py measures, each part in a file."""
