"""Tables, queries, the unit of work, events and files: what is kept, and how."""
