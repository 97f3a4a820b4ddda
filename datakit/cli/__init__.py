"""One file per command: parse, call the public verb, print."""
