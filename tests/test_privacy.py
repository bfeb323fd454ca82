"""What is promised about people is kept: nothing tells who or where they are."""

from conftest import JSON, Server
from strangers import fetch

SECRET_WORD = "hemligheten"


def test_neither_addresses_nor_browsers_are_kept_and_answers_only_in_the_log(
    server: Server,
) -> None:
    headers = {**JSON, "User-Agent": "TellTale/1.0", "X-Forwarded-For": "198.51.100.7"}
    sent = {"answer": SECRET_WORD}
    assert fetch(server, "/{code}", method="POST", json=sent, headers=headers).ok
    fetch(server, "/{code}/words.json", headers=headers)
    fetch(server, "/ZZZZ", headers=headers)
    told = server.errors.read_text() + fetch(server, "/metrics").text
    kept = b"".join(path.read_bytes() for path in server.log.parent.glob("ordmoln.db*"))
    for trace in ("TellTale", "198.51.100.7", "127.0.0.1"):
        assert trace.encode() not in kept
        assert trace not in told
    assert SECRET_WORD.encode() in kept
    assert SECRET_WORD not in told
