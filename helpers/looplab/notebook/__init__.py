"""A cell behaves as a script does: `enable`, `%%timeline`, and the spellings of old notes."""
