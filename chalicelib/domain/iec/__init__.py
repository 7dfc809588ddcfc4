"""Importer-Exporter Codes: the record, the logins that are linked to it, and what each may do."""
