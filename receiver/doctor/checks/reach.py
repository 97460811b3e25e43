"""Whether others find the receiver and get through to it."""

from __future__ import annotations

import re

from receiver.doctor.base import Machine, Network, Patient, Record
from receiver.model.health import Finding

ADDRESS = "Controllers get through by its address: tonearm --device HOST[:PORT]."
LOOPBACK = "127.0.0.1"


def check_port(machine: Machine, patient: Patient) -> list[Finding]:
    """The port answers at each address; of a receiver that does not run, it is free."""
    config, live = patient.config, patient.live
    if live is None:
        return [_who_listens(machine, config.host or LOOPBACK, config.port)]
    at = [config.host] if config.host else machine.addresses()
    for host in at:
        refusal = machine.refusal(host, live.port)
        if refusal is not None:
            return [
                Finding(
                    "port",
                    "fail",
                    f"Port {live.port} does not answer at {host}: {refusal}.",
                    "See that no firewall stands before it: sudo nft list ruleset.",
                )
            ]
    return [Finding("port", "ok", f"{live.port} answers at {', '.join(at)}")]


def _who_listens(machine: Machine, host: str, port: int) -> Finding:
    if port == 0 or machine.refusal(host, port) is not None:
        return Finding(
            "port",
            "warn",
            f"No receiver runs on this machine (port {port}).",
            "Start it: tonearm-receiver, or sudo systemctl start tonearm.",
        )
    sockets = machine.run("ss", "-ltnpH", f"sport = :{port}") or ""
    found = re.search(r'users:\(\("([^"]+)",pid=(\d+)', sockets)
    who = f"{found[1]} (process {found[2]})" if found else "another program"
    return Finding(
        "port",
        "fail",
        f"Port {port} is taken by {who}.",
        "Stop that, or choose another with --port or port = in the configuration.",
    )


def check_multicast(machine: Network, _: Patient) -> list[Finding]:
    """A datagram to the group of mDNS comes back on each address."""
    tried = [address for address in machine.addresses() if ":" not in address]
    for address in tried:
        refusal = machine.multicast_refusal(address)
        if refusal is not None:
            return [
                Finding(
                    "multicast",
                    "fail",
                    f"Multicast does not work at {address}: {refusal}.",
                    f"See that the firewall lets 224.0.0.251, UDP port 5353, pass. {ADDRESS}",
                )
            ]
    return [Finding("multicast", "ok", f"works at {', '.join(tried) or 'no address (IPv6 only)'}")]


def check_mdns(machine: Network, patient: Patient) -> list[Finding]:
    """Its own record is answered on each interface, with the right port, and by nobody else."""
    live = patient.live
    if live is None:
        return []
    if not patient.config.mdns:
        return [Finding("mdns", "ok", "switched off by mdns = false; found by its address only")]
    if live.instance is None:
        seen = "It is not advertised now: that takes some seconds at the start, and a network."
        return [Finding("mdns", "warn", seen, f"See what the log says of advertising. {ADDRESS}")]
    at = [patient.config.host] if patient.config.host else machine.addresses()
    heard = machine.announced(at)
    own = Record(live.instance, patient.id, live.port)
    for address in at:
        fault = _fault(address, own, [r for r in heard.get(address, []) if r.id == own.id])
        if fault is not None:
            return [fault]
    if live.instance != patient.config.name:
        return [
            Finding(
                "mdns",
                "warn",
                f"It is seen as {live.instance}: another receiver is called {patient.config.name}.",
                "Give each a name of its own: name = in the configuration.",
            )
        ]
    return [Finding("mdns", "ok", f"seen as {live.instance} at {', '.join(at)}")]


def _fault(address: str, own: Record, heard: list[Record]) -> Finding | None:
    """What is wrong with what is announced under our id at one of our addresses."""
    strange = [record for record in heard if record != own]
    if strange:
        other = strange[0]
        return Finding(
            "mdns",
            "fail",
            f"Another machine has the id of this receiver: {other.instance}, port {other.port}.",
            "Was its card copied? Remove state.json from the state folder of one of them.",
        )
    if own not in heard:
        return Finding(
            "mdns",
            "fail",
            f"It is not found by mDNS at {address}.",
            f"See that the firewall lets UDP port 5353 pass. {ADDRESS}",
        )
    return None
