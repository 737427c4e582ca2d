"""The only home of pjsua2: its endpoint, its loop, its calls and its rules of life and death."""
