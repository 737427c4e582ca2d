"""Files of customers -> contacts; one file per format."""
