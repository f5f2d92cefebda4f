"""The scenario runner: its grammar, and that it rejects what is not so."""
