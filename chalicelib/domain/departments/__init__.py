"""Departments that issue certificates through DigiLocker, ask for documents there, or both."""
