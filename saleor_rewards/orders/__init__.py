"""Orders: their receipts, their points and what they mean for referrals."""
