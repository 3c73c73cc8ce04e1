"""Parley: negotiate the repayment of debts that can no longer be repaid as agreed."""
