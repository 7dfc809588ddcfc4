"""Accounts: people's logins to DGFT's platform and the Back Office, and what keeps every login safe."""
