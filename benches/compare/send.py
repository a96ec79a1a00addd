#!/usr/bin/env python3
"""Times `tidings send` beside other senders, as whole processes, in turn, in one run, towards Postfix's smtp-sink on loopback.

    cargo build --release && apt-get install postfix && npm install --prefix /tmp/peers nodemailer && pip install aiosmtplib
    python3 benches/compare/send.py                                   # 10,000 messages over 1, 4, 16 and 64 connections
    python3 benches/compare/send.py --peers source,nodemailer,aiosmtplib --modules /tmp/peers/node_modules
    python3 benches/compare/send.py --dkim rsa --connections 4        # signed
    python3 benches/compare/send.py --round-trip 50 --messages 1000   # to a server that is 50 ms away
    python3 benches/compare/send.py --messages 1000000 --connections 16 --rounds 1   # how much memory a large list takes
    python3 benches/compare/send.py --goals                           # exit code 1 if a goal is missed

tidings reads the publication and the list, personalises each message, and settles each in its ledger; smtp-source repeats one text.
Messages have about 40 KB. Prints Markdown: messages a second in the middle one of all rounds; the ratio to smtp-source, taken within each
round, of which the middle one is given and between which the middle half of them lies; and the most memory that a run of tidings held.
Each round has another order, since the speed of a machine drifts. With a round trip also how many of them a message takes on its connection, the set-up of the connections among them: with pipelining the protocol's least is one.
"""

import argparse
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from far import far
from measure import Figures, once

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
TIDINGS = ROOT / "target/release/tidings"
WORDS = "harbour tide quay lantern ferry gull mooring chart swell anchor rope salt wind light morning net sail oar keel deck".split()


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--connections", default="1,4,16,64")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", default="source", help="of source, nodemailer, aiosmtplib")
    parser.add_argument("--modules", default="/tmp/peers/node_modules", help="where nodemailer is installed")
    parser.add_argument("--dkim", choices=["rsa", "ed25519"], help="tidings signs each message")
    parser.add_argument("--round-trip", type=float, default=0, help="milliseconds to the server and back")
    parser.add_argument("--goals", action="store_true", help="exit code 1 if tidings is slower than 0.8 (1 connection) or 1.0 of smtp-source in the middle of all rounds, or takes more than 100 MB")
    return parser.parse_args()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def sink(port):
    process = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1024"], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except OSError:
            time.sleep(0.05)
    sys.exit("smtp-sink does not start")


def publication(folder, port, messages, dkim):
    """A publication whose issue makes messages of about 40 KB, and its list."""
    (folder / "content").mkdir()
    lines = [" ".join(WORDS[(number * 7 + word * word) % len(WORDS)] for word in range(40)) + "." for number in range(60)]
    (folder / "content/long.md").write_text("---\ntitle: A long one\ndate: 2026-01-05\n---\n" + "\n\n".join(lines) + "\n")
    keys = ""
    if dkim:
        keys = f'dkim = [{{ domain = "example.org", selector = "s1", key_file = "{ROOT}/tests/dkim/{dkim}.pem" }}]\n'
    (folder / "tidings.toml").write_text(
        '[site]\ntitle = "Bench"\nurl = "https://example.org"\n'
        '[newsletter]\nfrom = "Bench <news@example.org>"\nmode = "post"\n'
        'greeting = "Dear {{ subscriber.name | default(\\"reader\\") }},"\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n{keys}'
    )
    (folder / "list.csv").write_text("email,name\n" + "".join(f"person{n}@example.net,Person {n}\n" for n in range(messages)))
    run([TIDINGS, "list", "import", "list.csv"], folder)
    shutil.copy(folder / "tidings.db", folder / "fresh.db")


def run(command, folder=None):
    result = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{command[0]} failed: {result.stdout}{result.stderr}")
    return result.stdout


def tidings(folder, port, messages, connections, size):
    for name in folder.glob("tidings.db*"):
        name.unlink()
    shutil.copy(folder / "fresh.db", folder / "tidings.db")
    tidings.command = [str(TIDINGS), "send", "latest", "--yes", "--connections", str(connections)]
    tidings.folder = folder
    figures = Figures()
    once(tidings, figures)
    tidings.peak = max(tidings.peak, figures.peak)
    return figures.wall[0]


# What `once` asks of a program: it keeps its output, the ledger.
tidings.name, tidings.env, tidings.keep = "tidings", None, True


def source(folder, port, messages, connections, size):
    started = time.perf_counter()
    run(["smtp-source", "-d", "-s", connections, "-m", messages, "-l", size, f"127.0.0.1:{port}"])
    return time.perf_counter() - started


def nodemailer(folder, port, messages, connections, size):
    started = time.perf_counter()
    environment = {**os.environ, "NODE_PATH": nodemailer.modules}
    subprocess.run(["node", HERE / "setups/nodemailer.js", *map(str, [port, messages, connections, size])], check=True, env=environment)
    return time.perf_counter() - started


def aiosmtplib(folder, port, messages, connections, size):
    started = time.perf_counter()
    subprocess.run([sys.executable, HERE / "setups/aiosmtplib_send.py", *map(str, [port, messages, connections, size])], check=True)
    return time.perf_counter() - started


def main():
    asked = options()
    if not shutil.which("smtp-sink"):
        sys.exit("smtp-sink is not installed: apt-get install postfix")
    nodemailer.modules = asked.modules
    senders = [tidings] + [globals()[name] for name in asked.peers.split(",")]
    missed = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        port = free_port()
        server = sink(port)
        distance, port = far(port, asked.round_trip / 1000) if asked.round_trip else (None, port)
        try:
            publication(folder, port, asked.messages, asked.dkim)
            sample = run([TIDINGS, "send", "latest", "--dry-run", "--format", "json"], folder)
            size = int(sample.split('"bytes":')[1].split(",")[0])
            print(f"\n{asked.messages:,} messages of {size:,} bytes, {os.cpu_count()} cores, {asked.rounds} rounds: messages a second\n")
            trips = " round trips a message |" if distance else ""
            print("| connections | " + " | ".join(sender.__name__ for sender in senders) + " | tidings : smtp-source | MB |" + trips)
            print("| ---: |" + " ---: |" * (len(senders) + (3 if distance else 2)))
            for connections in map(int, asked.connections.split(",")):
                times, tidings.peak = {sender: [] for sender in senders}, 0
                for number in range(asked.rounds):
                    for sender in senders[number % len(senders) :] + senders[: number % len(senders)]:
                        times[sender].append(sender(folder, port, asked.messages, connections, size))
                rates = {sender: asked.messages / statistics.median(seconds) for sender, seconds in times.items()}
                ratios = [theirs / ours for theirs, ours in zip(times.get(source, []), times[tidings])] or [float("nan")]
                ratio = statistics.median(ratios)
                low, _, high = statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
                if ratio < (0.8 if connections == 1 else 1.0):
                    missed.append(f"{connections} connections: {ratio:.2f} of smtp-source")
                missed += [f"{connections} connections: {peer.__name__} is faster" for peer in senders[1:] if peer is not source and rates[peer] > rates[tidings]]
                if tidings.peak > 100e6:
                    missed.append(f"{connections} connections: {tidings.peak / 1e6:.0f} MB")
                trips = f" {connections / rates[tidings] / asked.round_trip * 1000:.2f} |" if distance else ""
                print(f"| {connections} | " + " | ".join(f"{rates[sender]:,.0f}" for sender in senders) + f" | {ratio:.2f} ({low:.2f} to {high:.2f}) | {tidings.peak / 1e6:.0f} |{trips}", flush=True)
        finally:
            server.terminate()
            if distance:
                distance.terminate()
    if asked.goals and missed:
        sys.exit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
