"""Results of laboratories at the one desk that decides about them."""
