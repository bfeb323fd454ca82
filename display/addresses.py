"""Which address of this machine phones can reach: the likeliest of its network cards first."""

import ipaddress
import socket
from typing import NamedTuple

import ifaddr

# Cards of virtual machines, containers and tunnels: no phone in the room is behind them.
VIRTUAL = ("docker", "veth", "br-", "virbr", "vbox", "vmnet", "vmware", "hyper-v", "vethernet")
TUNNELS = ("tun", "tap", "utun", "wg", "ppp", "tailscale", "zt", "ipsec")
# How common each is as a hall's own network; the last also holds the addresses of containers.
LOCAL_NETWORKS = [
    ipaddress.IPv4Network(network) for network in ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12")
]
SOMEWHERE = "192.0.2.1"  # reserved for documentation (RFC 5737)


class Address(NamedTuple):
    """An IPv4 address of this machine and the network card that has it."""

    ip: str
    card: str


LOOPBACK = Address("127.0.0.1", "loopback")


def local_addresses() -> list[Address]:
    """Return this machine's addresses, the likeliest to be reached first; at least loopback."""
    found = [
        Address(str(ip.ip), adapter.nice_name)
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if ip.is_IPv4 and usable(str(ip.ip))
    ]
    routed = default_route_ip()
    found.sort(key=lambda address: rank(address, routed))
    return found or [LOOPBACK]


def rank(address: Address, routed: str | None) -> tuple[bool, bool, int, str]:
    """Return what sorts likely addresses first; `routed` is where the default route leaves."""
    card = address.card.lower()
    virtual = card.startswith(VIRTUAL + TUNNELS) or any(name in card for name in VIRTUAL)
    ip = ipaddress.IPv4Address(address.ip)
    networks = [n for n, network in enumerate(LOCAL_NETWORKS) if ip in network]
    return (virtual, address.ip != routed, min(networks, default=len(LOCAL_NETWORKS)), address.ip)


def usable(ip: str) -> bool:
    address = ipaddress.IPv4Address(ip)
    return not (address.is_loopback or address.is_link_local)


def default_route_ip() -> str | None:
    """Return the address that traffic to far away leaves from; a UDP connect sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((SOMEWHERE, 9))
        except OSError:
            return None
        ip: str = probe.getsockname()[0]
        return ip
