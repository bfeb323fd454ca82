"""What has happened in a room and what it adds up to. Pure: no I/O, no clock, no chance."""
