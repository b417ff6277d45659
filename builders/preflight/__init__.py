"""What a build will cost, and what its teachers can do, before it runs."""
