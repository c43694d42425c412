"""The command line: what is asked of it, the claims that it finds in files, the exit codes."""
