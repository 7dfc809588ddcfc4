"""What the suite costs, measured against its bounds and against what people use today: `python -m bench`."""
