"""The demo's 54 real loans, and the rules that make an application of each."""
