"""What clients may send: one strict model for each request body, and how it becomes a value of the domain."""
