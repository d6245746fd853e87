"""The domain: pure functions over frozen values. Uses only the standard library and RE2."""
