"""The vocabulary: row types, recipe, request, manifest, report and errors. Pure: no input, no output."""
