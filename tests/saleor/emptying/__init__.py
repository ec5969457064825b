"""An app whose ``flush`` empties the database between tests."""
