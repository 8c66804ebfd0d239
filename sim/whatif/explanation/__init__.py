"""Why a member acts as it does, and what would change its vote."""
