"""JSONLogic: positioned text -> typed tree -> readings that must agree (generated Python, explanation)."""
