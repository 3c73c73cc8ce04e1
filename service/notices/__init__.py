"""Letters: templates per locale, and the documents made of them; pure, without clock and database."""
