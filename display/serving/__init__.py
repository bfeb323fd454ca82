"""The server beneath the app: connections, HTTP, websockets, turns. Knows nothing of rooms."""
