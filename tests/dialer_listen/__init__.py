"""What is heard on the line."""
