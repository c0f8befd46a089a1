"""What all that takes the place of `json` shares: its view of subclasses, keys, integers, escapes and documents."""
