"""One real `dialin serve` in a directory of its own: started, watched, killed and started again by the tests."""

import http.client
import os
import pathlib
import re
import signal
import ssl
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("DIALIN_BIN", ROOT / "build/release/dialin")).resolve()
SANITIZED = BINARY.parent.name in ("asan", "tsan")
# A sanitizer's binary is slower in everything, its start included.
PATIENCE_S = 120.0 if SANITIZED else 30.0


def run(*arguments, check: int | None = 0, timeout: float = 300, **options) -> subprocess.CompletedProcess:
    """Runs `dialin` with `arguments` to its end. `check`: the exit status it must have; None: any."""
    done = subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, **options)
    if check is not None and done.returncode != check:
        raise AssertionError(f"dialin {' '.join(map(str, arguments))}: status {done.returncode}, not {check}\n{done.stdout}{done.stderr}")
    return done


class NotServing(AssertionError):
    """The process ended, or did not listen in time."""

    def __init__(self, why: str, status: int | None, output: str):
        super().__init__(f"{why}; status {status}\n{output[-4000:]}")
        self.status = status
        self.output = output


class Server:
    """Keys, key ring, data and output stand in `home`; keys and key ring in `secrets`, when several servers share them. `options` go to every start."""

    def __init__(self, home: pathlib.Path, *options: str, data: pathlib.Path | None = None, under: tuple[str, ...] = (), secrets: pathlib.Path | None = None):
        self.home = pathlib.Path(home)
        self.data = pathlib.Path(data) if data else self.home / "data"
        self.keys = (secrets or self.home) / "keys.json"
        self.keyring = (secrets or self.home) / "keyring.json"
        self.output = self.home / "output.txt"
        self.options = list(options)
        self.under = list(under)  # a command to run the server under: prlimit, perf …
        self.process: subprocess.Popen | None = None
        self.key_ids: dict[str, str] = {}
        self.scheme, self.host, self.port = "http", "127.0.0.1", 0
        self.tls: ssl.SSLContext | None = None  # of callers, when it speaks TLS
        for directory in (self.home, self.keys.parent):
            directory.mkdir(parents=True, exist_ok=True)
        if not self.keyring.exists():
            run("keyring", "init", self.keyring)

    def add_key(self, tenant: str, scopes: str = "read,write,audit") -> str:
        done = run("keys", "add", "--file", self.keys, "--tenant", tenant, "--scopes", scopes)
        key = done.stdout.strip()
        self.key_ids[key] = done.stderr.split()[0]
        return key

    def key_id(self, key: str) -> str:
        """What `keys list` and events call the key."""
        return self.key_ids[key]

    def command(self) -> list[str]:
        given = " ".join(self.options)
        listen = [] if "--listen" in given else ["--listen", "127.0.0.1:0"]
        return [*self.under, str(BINARY), "serve", "--data", str(self.data), *listen, "--keys", str(self.keys), "--keyring", str(self.keyring), *self.options]

    def spawn(self, **options) -> None:
        """Starts the process and does not wait."""
        assert self.process is None
        with open(self.output, "ab") as output:
            self.began_at = output.tell()
            self.process = subprocess.Popen(self.command(), stdout=output, stderr=output, stdin=subprocess.DEVNULL, **options)

    def start(self, patience_s: float = PATIENCE_S, **options) -> "Server":
        """Starts the process and waits until it takes requests."""
        self.spawn(**options)
        self.wait_listening(patience_s)
        return self

    def wait_listening(self, patience_s: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + patience_s
        while True:
            found = re.search(r"listening on (https?)://([0-9.]+):(\d+)", self.said())
            if found:
                self.scheme, self.host, self.port = found[1], found[2], int(found[3])
                return
            status = self.process.poll()
            if status is not None:
                self.process = None
                raise NotServing("ended before it listened", status, self.said())
            if time.monotonic() > deadline:
                self.kill()
                raise NotServing(f"did not listen in {patience_s} s", None, self.said())
            time.sleep(0.002)

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def said(self) -> str:
        """What the process that was started last has printed."""
        with open(self.output, "rb") as output:
            output.seek(self.began_at)
            return output.read().decode(errors="replace")

    def kill(self) -> None:
        """SIGKILL; nothing is flushed, nobody is told."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def stop(self, patience_s: float = PATIENCE_S) -> int:
        """SIGTERM, and the exit status."""
        if not self.process:
            return 0
        self.terminate()
        try:
            status = self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop in {patience_s} s\n{self.said()[-4000:]}") from None
        self.process = None
        return status

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_ready(self, patience_s: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + patience_s
        while True:
            try:
                connection = self.connection(timeout=5)
                connection.request("GET", "/readyz")
                answer = connection.getresponse()
                body = answer.read()
                connection.close()
                if answer.status == 200:
                    return
            except OSError as trouble:
                body = str(trouble)
            assert self.alive(), self.said()[-4000:]
            assert time.monotonic() < deadline, f"not ready: {body!r}"
            time.sleep(0.005)

    def resident_kb(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])
