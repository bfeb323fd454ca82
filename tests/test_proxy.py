"""Behind nginx, as the README has it; and nobody believed who was not named."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from ipaddress import ip_network
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
import socketio
from conftest import JSON, ROOT, WAIT_SECONDS, Server, free_port
from playwright.sync_api import Browser

from display.serving.proxies import is_among, nearest
from display.settings import StartError, read_settings

CONF = ROOT / "tests" / "nginx.conf"
EVIL = "evil.example"


class Front(NamedTuple):
    """A server behind nginx, and where nginx listens."""

    server: Server
    url: str
    plain_url: str
    certificate: Path

    def request(self, method: str, path: str, **options: object) -> requests.Response:
        url = self.url + path.format(code=self.server.code)
        options = {"timeout": WAIT_SECONDS, "allow_redirects": False, **options}
        return requests.request(method, url, verify=str(self.certificate), **options)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Ordmoln behind nginx with TLS, on free ports, as the README says."""
    folder = tmp_path_factory.mktemp("front")
    port, plain_port = free_port(), free_port()
    certificate = make_certificate(folder)
    server = Server(folder)
    conf = nginx_conf(folder, port, plain_port, server.port)
    server.start(
        *("--host", "127.0.0.1", "--trusted-proxies", "127.0.0.1"),
        *("--public-url", f"https://localhost:{port}"),
    )
    nginx = [program("nginx"), "-p", str(folder), "-c", str(conf)]
    nginx += ["-g", "user root;"] if os.geteuid() == 0 else []  # whose folder this is
    try:
        subprocess.run(nginx, check=True)  # which returns when it listens
        yield Front(server, f"https://localhost:{port}", f"http://localhost:{plain_port}",
                    certificate)  # fmt: skip
    finally:
        subprocess.run([*nginx, "-s", "stop"], check=False)
        server.kill()


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert found, f"{name} is not installed: install it (Debian: apt-get install {name})."
    return found


def make_certificate(folder: Path) -> Path:
    made = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*made, *files, *name], check=True, capture_output=True)
    return folder / "fullchain.pem"


def nginx_conf(folder: Path, port: int, plain_port: int, behind: int) -> Path:
    """Return the README's configuration, with files and ports that this machine has free."""
    conf = CONF.read_text()
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    for shown, here in {
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/error.log": f"{folder}/error.log",
        "http {": "http {" + "".join(f"{name}_temp_path {folder}/t;" for name in temporary),
        "listen 80 ": f"listen 127.0.0.1:{plain_port} ",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "worker_rlimit_nofile 65536": "worker_rlimit_nofile 1024",
        "worker_connections 32768": "worker_connections 1000",
        "/etc/ssl/ordmoln": str(folder),
        "127.0.0.1:5000": f"127.0.0.1:{behind}",
    }.items():
        assert shown in conf
        conf = conf.replace(shown, here)
    (folder / "nginx.conf").write_text(conf)
    return folder / "nginx.conf"


def test_the_readme_shows_the_very_configuration_that_is_tested() -> None:
    assert f"```nginx\n{CONF.read_text()}```" in (ROOT / "README.md").read_text()


def test_a_phone_behind_tls_is_served_and_its_cookie_stays_with_tls(front: Front) -> None:
    page = front.request("GET", "/{code}")
    assert page.status_code == HTTPStatus.OK
    assert "; Secure" in page.headers["Set-Cookie"]
    origin = {"Origin": front.url, **JSON}
    given = front.request("POST", "/{code}", json={"answer": "mod"}, headers=origin)
    assert given.status_code == HTTPStatus.CREATED
    assert "; Secure" in given.headers["Set-Cookie"]
    chosen = front.request("GET", "/{code}?lang=sv").headers["Set-Cookie"]
    assert chosen.count("; Secure") == chosen.count("SameSite=")


def test_the_coachs_cookie_stays_with_tls_and_every_link_leads_to_the_public_address(
    front: Front,
) -> None:
    key = front.server.coach_url.partition("?")[2]
    admitted = front.request("GET", "/{code}/coach?" + key)
    assert admitted.status_code == HTTPStatus.SEE_OTHER
    assert "; Secure" in admitted.headers["Set-Cookie"]
    assert admitted.headers["Location"].startswith("/")
    page = front.request("GET", "/{code}/coach", cookies=admitted.cookies)
    assert front.url.removeprefix("https://") in page.text


def test_without_tls_one_is_sent_to_where_it_is(front: Front) -> None:
    url = f"{front.plain_url}/{front.server.code}"
    answered = requests.get(url, timeout=WAIT_SECONDS, allow_redirects=False)
    assert answered.status_code == HTTPStatus.MOVED_PERMANENTLY
    assert answered.headers["Location"] == f"https://localhost/{front.server.code}"


def test_another_site_is_refused_behind_the_proxy_too_whatever_it_claims(front: Front) -> None:
    claims = {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "http", "Forwarded": f"host={EVIL}"}
    for headers in ({}, claims):
        sent = {"Origin": f"https://{EVIL}", **headers, **JSON}
        answered = front.request("POST", "/{code}", json={"answer": "tid"}, headers=sent)
        assert answered.status_code == HTTPStatus.FORBIDDEN
        page = front.request("GET", "/{code}/stage", headers=headers)
        assert EVIL not in page.text


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_socket_gets_through_for_the_own_site_alone(front: Front, transport: str) -> None:
    session = requests.Session()
    session.verify, session.trust_env = str(front.certificate), False
    client = socketio.SimpleClient(http_session=session)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(front.url, headers={"Origin": f"https://{EVIL}"}, transports=[transport])
    client = socketio.SimpleClient(http_session=session)
    client.connect(front.url, transports=[transport])
    client.emit("watch", {"room": front.server.code, "as": "phone", "since": 0})
    assert client.receive(WAIT_SECONDS)[0] == "status"
    client.disconnect()


def test_a_hall_behind_one_proxy_is_not_one_visitor(front: Front) -> None:
    given = [front.request("POST", "/{code}", json={"answer": "mod"}, headers=JSON)
             for _ in range(120)]  # fmt: skip
    assert {answered.status_code for answered in given} == {HTTPStatus.CREATED}


def test_the_stage_in_a_browser_follows_over_tls(front: Front, chromium: Browser) -> None:
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{front.url}/{front.server.code}/stage")
    front.request("POST", "/{code}", json={"answer": "tillit"}, headers=JSON)
    page.wait_for_selector('#cloud [data-word="tillit"]')
    context.close()


def test_nginx_writes_down_nobodys_address(front: Front) -> None:
    front.request("GET", "/{code}")
    folder = front.certificate.parent
    written = "".join(path.read_text() for path in folder.glob("*.log"))
    assert "127.0.0.1" not in written


CLAIMS: list[dict[str, str]] = [
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Host": EVIL, "Origin": f"http://{EVIL}"},
    {"X-Forwarded-Host": EVIL, "Origin": f"https://{EVIL}", "X-Forwarded-Proto": "https"},
    {"Forwarded": f"host={EVIL};proto=https", "Origin": f"https://{EVIL}"},
    {"X-Real-Ip": "127.0.0.1", "X-Forwarded-Server": EVIL, "Origin": f"https://{EVIL}"},
    {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": EVIL, "Origin": f"https://{EVIL}"},
]


@pytest.mark.parametrize("trusted", [None, "203.0.113.7, 2001:db8::/32"])
def test_nobody_is_believed_who_is_not_a_trusted_proxy(tmp_path: Path, trusted: str | None) -> None:
    server = Server(tmp_path).start(*(("--trusted-proxies", trusted) if trusted else ()))
    try:
        for claims in CLAIMS:
            headers = {**JSON, **claims}
            answered = requests.post(server.room_url, {"answer": "tid"}, headers=headers, timeout=9)
            assert answered.status_code == (403 if "Origin" in claims else 201)
            page = requests.get(server.room_url, headers=claims, timeout=WAIT_SECONDS)
            assert "Secure" not in page.headers["Set-Cookie"]
            assert EVIL not in page.text
    finally:
        server.kill()


@pytest.mark.parametrize(
    ("given", "networks"),
    [
        ("", ()),
        ("127.0.0.1", (ip_network("127.0.0.1"),)),
        (" 10.0.0.0/8 , ::1 ", (ip_network("10.0.0.0/8"), ip_network("::1"))),
    ],
)
def test_trusted_proxies_are_addresses_or_networks(given: str, networks: tuple[object]) -> None:
    found = read_settings(["--trusted-proxies", given], {}).trusted_proxies
    assert found == networks
    assert read_settings([], {"ORDMOLN_TRUSTED_PROXIES": given}).trusted_proxies == networks


@pytest.mark.parametrize("given", ["localhost", "10.0.0.1/8", "*", "10.0.0.0/33", "1,2,x"])
def test_what_is_no_network_is_told_at_the_start(given: str) -> None:
    with pytest.raises(StartError, match="Trusted proxies are addresses"):
        read_settings(["--trusted-proxies", given], {})


@pytest.mark.parametrize(
    ("address", "among"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.0.0.1", False),
        ("::1", True),
        ("unix", False),
        ("", False),
    ],
)
def test_a_proxy_is_known_by_its_address_in_either_notation(address: str, among: bool) -> None:
    assert is_among(address, [ip_network("10.0.0.0/8"), ip_network("::1")]) is among


def test_of_several_proxies_the_nearest_is_believed() -> None:
    assert nearest("http, https") == "https"
    assert nearest("evil.example,hall.test") == "hall.test"
    assert nearest("") == ""
