"""How long pages take under the production server, and how much memory web and worker need together.

Run: python benchmarks/pages.py DIR [--seconds 5] [--repeat 3]    DIR comes from benchmarks/load.py

With wrk where it is installed, else with threads of this process, whose own work then counts too.
"""

import argparse
import http.client
import http.cookiejar
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import KEPT, PASSWORD
from machine import cpu_seconds, noise, percentile, pss_mb, say, spread, table
from parts import HOST, await_answer, environment, free_port, mail_server, process, upgrade

HERE = Path(__file__).parent
WANTED_MS, WANTED_MB = 15, 250
CONNECTIONS = (1, 8)
LIMITS = ("empty route", "table of 50 rows")


@dataclass(frozen=True, slots=True)
class Page:
    """What is measured: the text must be on the page before it counts. `pid` is the server's."""

    name: str
    base: str
    path: str
    expected: str
    pid: int
    cookie: str = ""


def signed_in(base: str, name: str) -> str:
    """The cookies of a browser that has signed in."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = browser.open(f"{base}/login", timeout=30).read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    fields = {"csrf_token": token[1] if token else "", "name": name, "password": PASSWORD}
    request = urllib.request.Request(f"{base}/login", urllib.parse.urlencode(fields).encode(), {"Referer": base})
    browser.open(request, timeout=30).read()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def checked(page: Page) -> int:
    """The size of the page in bytes. Ends the program when it is not the page that was meant."""
    request = urllib.request.Request(page.base + page.path, headers={"Cookie": page.cookie} if page.cookie else {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        body, at = answer.read(), urllib.parse.urlsplit(answer.url)
    if page.expected not in body.decode() or at.path != urllib.parse.urlsplit(page.path).path:
        raise SystemExit(f"{page.name}: {page.expected!r} is not on {answer.url}")
    return len(body)


def by_wrk(page: Page, connections: int, seconds: float) -> dict[str, float]:
    """One run of wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(HERE / "report.lua")]
    header = ["-H", f"Cookie: {page.cookie}"] if page.cookie else []
    out = subprocess.run([*command, *header, page.base + page.path], capture_output=True, text=True, check=True)
    return dict(json.loads(out.stdout.splitlines()[-1]))


def by_threads(page: Page, connections: int, seconds: float) -> dict[str, float]:
    """One run with a thread a connection."""
    taken: list[float] = []
    failed: list[int] = []
    host = urllib.parse.urlsplit(page.base)
    until = time.perf_counter() + seconds

    def ask() -> None:
        line = http.client.HTTPConnection(str(host.hostname), host.port, timeout=30)
        while time.perf_counter() < until:
            begin = time.perf_counter()
            line.request("GET", page.path, headers={"Cookie": page.cookie} if page.cookie else {})
            answer = line.getresponse()
            answer.read()
            taken.append((time.perf_counter() - begin) * 1000)
            if answer.status != 200:
                failed.append(answer.status)
        line.close()

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    half, most = percentile(taken, 0.5), percentile(taken, 0.95)
    return {
        "p50_ms": half, "p95_ms": most, "a_second": len(taken) / seconds, "requests": len(taken), "failed": len(failed)
    }  # fmt: skip


def measured(page: Page, connections: int, seconds: float, repeat: int) -> dict[str, Any]:
    """The medians of the runs of one page, and the processor time of the server for one request."""
    run = by_wrk if shutil.which("wrk") else by_threads
    run(page, connections, 1)  # warm up
    used = cpu_seconds(page.pid)
    runs = [run(page, connections, seconds) for _ in range(repeat)]
    used = cpu_seconds(page.pid) - used
    if failed := sum(r["failed"] for r in runs):
        raise SystemExit(f"{page.name}: {failed} answers were no success")
    figures = {name: spread([r[name] for r in runs]) for name in ("p50_ms", "p95_ms", "a_second")}
    return {**figures, "cpu_ms": round(used * 1000 / sum(r["requests"] for r in runs), 2)}


def pages_of(folder: Path, base: str, pid: int) -> list[Page]:
    """The product's pages on that database."""
    kept = json.loads((folder / KEPT).read_text())
    agent, technician = signed_in(base, "agen"), signed_in(base, "teknisi")
    return [
        Page("board", base, "/board", "Mohon bantuan", pid, agent),
        Page("ticket, 20 entries", base, f"/tickets/{kept['long']}", kept["subject"], pid, agent),
        Page("queue", base, "/queue", "Mohon bantuan", pid, technician),
        Page("portal home", base, "/", "KPTIK BMN Medan", pid),
    ]


def compare(pages: list[Page], seconds: float, repeat: int) -> None:
    """Measure all of them and print them beside the limits, which are pages too and come first."""
    limits: dict[tuple[str, int], float] = {}
    rows = [("", "conn.", "p50 ms", "p95 ms", "a second", "cpu ms", "x empty", "x table")]
    for page in pages:
        size = checked(page)
        for connections in CONNECTIONS:
            found = measured(page, connections, seconds, repeat)
            half = found["p50_ms"]["median"]
            limits[page.name, connections] = half
            known = [limits[name, connections] for name in LIMITS if (name, connections) in limits]
            ratios = [round(half / limit, 1) for limit in known]
            say(page=page.name, connections=connections, bytes=size, ratios=ratios, **found)
            rows.append(
                (
                    page.name, str(connections), f"{half:.2f}", f"{found['p95_ms']['median']:.2f}",
                    f"{found['a_second']['median']:,.0f}", f"{found['cpu_ms']:.2f}",
                    *(f"{r:.1f}" for r in ratios), *([""] * (2 - len(ratios))),
                )
            )  # fmt: skip
    table(f"wanted: board and ticket page at most {WANTED_MS} ms median at one connection", rows)


def main() -> None:
    """Start everything, measure, end everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--repeat", type=int, default=3)
    asked = options.parse_args()
    folder = asked.folder.absolute()
    say(**json.loads((folder / KEPT).read_text()), client="wrk" if shutil.which("wrk") else "threads", **noise())
    with tempfile.TemporaryDirectory() as logs, mail_server(Path(logs)) as ports:
        env, log, port, plain = environment(folder, ports), Path(logs) / "log", free_port(), free_port()
        upgrade(env)
        with (
            process(["-m", "helpdesk", "serve", "--port", str(port)], env, log) as server,
            process(["-m", "helpdesk", "worker"], env, log) as worker,
            process([str(HERE / "plain_app.py"), str(plain)], {}, log) as limit,
        ):
            base, bare = f"http://{HOST}:{port}", f"http://{HOST}:{plain}"
            await_answer(f"{base}/readyz")
            await_answer(f"{bare}/")
            idle = pss_mb(server.pid, worker.pid)
            limits = [
                Page(LIMITS[0], bare, "/", "", limit.pid),
                Page(LIMITS[1], bare, "/table", "MDN-2026-000001", limit.pid),
            ]
            compare(limits + pages_of(folder, base, server.pid), asked.seconds, asked.repeat)
            parts = {"server": pss_mb(server.pid), "worker": pss_mb(worker.pid)}
            together = pss_mb(server.pid, worker.pid)
    say(pss_mb={"together at start": idle, **parts, "together": together}, wanted_mb=WANTED_MB)
    say(**noise())


if __name__ == "__main__":
    main()
