"""What people see: pure functions from domain values to Block Kit, one file per thing."""
