"""The controller: a library and a command line that tell receivers what to play."""
