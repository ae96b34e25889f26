"""How fast the product is, each figure beside what it is compared to: `python -m tests.bench`."""
