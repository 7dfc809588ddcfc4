"""What people see: pages, styles, scripts, and the texts in English and Hindi."""
