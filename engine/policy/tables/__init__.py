"""Decision tables: cells, rows, what they mean, and their way to spreadsheets and back."""
