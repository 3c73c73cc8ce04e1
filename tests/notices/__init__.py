"""Tests of letters: their words, their text and their print."""
