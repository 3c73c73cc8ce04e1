"""Loan arithmetic: exact to the minor unit, pure, without a clock."""
