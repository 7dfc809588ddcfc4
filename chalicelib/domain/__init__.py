"""The rules, in plain Python: no AWS, no web framework, no clock and no network is imported here."""
