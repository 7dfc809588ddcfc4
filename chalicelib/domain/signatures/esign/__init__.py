"""Aadhaar e-Sign: one request to a licensed provider, one answer that the provider signed (CCA eSign API 2.1)."""
