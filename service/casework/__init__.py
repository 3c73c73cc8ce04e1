"""Use cases: one function for each deed, named with a verb."""
