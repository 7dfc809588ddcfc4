"""The outside: AWS behind the ports that the domain names."""
