"""The only room that makes or changes rows."""
