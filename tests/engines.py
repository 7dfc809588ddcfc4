"""Tests that hold on both DynamoDB engines: moto's, and DynamoDB Local (AWS's own)."""

import pytest

on_both_engines = pytest.mark.parametrize("engine", ["moto", "local"], indirect=True, scope="session")
"""Put it on a test that uses the fixture ``laptop``: it then runs once on each engine."""
