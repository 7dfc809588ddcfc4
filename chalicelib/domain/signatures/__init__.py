"""Digital signatures: what was signed, whether the signature holds, and what we demand of who signed."""
