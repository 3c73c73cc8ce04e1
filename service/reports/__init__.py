"""Reports for people, made of documents: self-contained pages that need no network."""
