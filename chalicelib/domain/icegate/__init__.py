"""ICEGATE: simplified registration, accounts and what a registrant may do."""
