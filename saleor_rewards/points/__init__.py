"""Points of members: accounts, sign-ups, birthdays, mails, imports and exports."""
