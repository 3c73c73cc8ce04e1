"""What the API answers: one model per record, built from rows and values."""
