"""The rooms of this worker while they run: kept up to date from the log, drawn, and sent out."""
