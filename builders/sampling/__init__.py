"""Several candidates for one prompt, and prompts that avoid what was written before."""
