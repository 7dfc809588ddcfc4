"""Pravesh: registration, identity and document exchange for Indian importers and exporters."""
