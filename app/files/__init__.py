"""Files: opening, saving, asking before work is lost, and bringing it back after a crash."""
