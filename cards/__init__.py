"""Describes and ships rows; computes nothing: all it shows comes from manifest and report."""
