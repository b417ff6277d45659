"""The Hugging Face Hub: client, target repositories, upload threads."""
