"""The laptop: all of Pravesh's AWS, simulated in one process. Nothing in here is ever packaged."""
