"""The commands by room: each is one short function that calls the rooms and prints what they say."""
