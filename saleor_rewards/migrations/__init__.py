"""The steps that bring tables and data from one release to the next."""
