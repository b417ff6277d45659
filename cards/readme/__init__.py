"""The dataset card: README.md with its front matter, sections and plots."""
