"""Layout files (様式ファイル): reading them, and every mistake in them with its line."""
