"""Statistics of annotations and tables: agreement, significance, overlap."""
