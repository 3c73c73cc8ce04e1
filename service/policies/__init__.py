"""Judgements that a deployment can choose from."""
