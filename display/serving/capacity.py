"""How many connections there is room for, and how many of them may be sockets."""

MOST_CONNECTIONS = 30_000  # ten thousand phones, twice, and then some
WITHOUT_LIMIT = 500  # connections, where the system has no limit to raise but looks at no more
SPARE_FILES = 200  # descriptors kept for all that is no connection; without one, accept() fails
MOST_FILES = 65536  # descriptors that are asked for where the system sets no limit
SPARE_CONNECTIONS = 0.2  # of them are never sockets, so that answers always get in


def most_connections() -> int:
    """Open as many files and sockets as this process may; return how many can be clients'."""
    try:
        import resource
    except ImportError:  # Windows
        return WITHOUT_LIMIT
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MOST_FILES if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return min(MOST_CONNECTIONS, allowed - SPARE_FILES)


def most_sockets(connections: int) -> int:
    """Return how many of so many connections may be sockets."""
    return int(connections * (1 - SPARE_CONNECTIONS))
