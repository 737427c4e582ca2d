"""What is heard on the line, decided on frames of audio alone."""
