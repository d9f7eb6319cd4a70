"""What dialin is measured against, each on this machine and this disk, with processes of our own that end with the run."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

SCHEMA = """
CREATE TABLE config (k int PRIMARY KEY, version bigint NOT NULL DEFAULT 1, updated_at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL)
  WITH (fillfactor = 50);
CREATE TABLE event (sequence bigserial PRIMARY KEY, k int NOT NULL, time timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL);
"""
# Update and insert as one statement, prepared: one round trip, one commit.
STATEMENT = """\\set k random(1, {rows})
\\set n random(1, 1000000000)
WITH updated AS (
  UPDATE config SET body = jsonb_set(body, '{{config,name_prefix}}', to_jsonb('Front desk ' || (:n)::text)), version = version + 1, updated_at = now()
  WHERE k = :k RETURNING k, version, body)
INSERT INTO event (k, body)
  SELECT k, jsonb_build_object('name', 'ConfigUpdated', 'version', version, 'config', body, 'changed', jsonb_build_array('name_prefix'), 'actor', 'key_bench')
  FROM updated RETURNING sequence;
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """PostgreSQL in its strongest form for this: prepared, one statement, unix socket, room for in-page updates, no checkpoint during a run.
    Durability is its default: fsync and synchronous_commit are on."""

    def __init__(self, home: pathlib.Path, rows: int, body: str):
        self.home, self.rows, self.body = home, rows, body
        self.bin = pathlib.Path(max(map(str, pathlib.Path("/usr/lib/postgresql").glob("*/bin"))))
        # It refuses to run as root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(self, program: str, *arguments: str, input: str | None = None) -> str:
        done = subprocess.run([*self.user, str(self.bin / program), *arguments], capture_output=True, text=True, cwd=self.home, input=input)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def psql(self, sql: str) -> str:
        return self.run("psql", "-h", str(self.home), "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-At", "-f", "-", input=sql)

    def __enter__(self) -> "Postgres":
        self.home.mkdir()
        if self.user:
            shutil.chown(self.home, "postgres")
        data = str(self.home / "data")
        self.run("initdb", "-D", data, "-A", "trust", "--no-sync", "-U", "postgres" if self.user else os.environ.get("USER", "postgres"))
        options = (f"-c listen_addresses='' -c unix_socket_directories='{self.home}' -c shared_buffers=512MB -c max_wal_size=16GB -c checkpoint_timeout=1h "
                   "-c max_connections=100 -c wal_level=minimal -c max_wal_senders=0")
        self.run("pg_ctl", "-D", data, "-w", "-l", str(self.home / "log"), "-o", options, "start")
        self.psql(SCHEMA)
        self.psql(f"INSERT INTO config (k, body) SELECT k, $json${self.body}$json$::jsonb FROM generate_series(1, {self.rows}) k; VACUUM ANALYZE; CHECKPOINT;")
        (self.home / "put.sql").write_text(STATEMENT.format(rows=self.rows))
        return self

    def __exit__(self, *_) -> None:
        self.run("pg_ctl", "-D", str(self.home / "data"), "-m", "immediate", "stop")

    def version(self) -> str:
        return self.run("postgres", "--version").strip()

    def settings(self) -> str:
        return ", ".join(f"{name} {self.psql(f'SHOW {name}').strip()}" for name in ("fsync", "synchronous_commit", "wal_sync_method"))

    def updates_per_s(self, clients: int, seconds: float) -> float:
        out = self.run("pgbench", "-h", str(self.home), "-d", "postgres", "-n", "-M", "prepared", "-f", str(self.home / "put.sql"), "-c", str(clients),
                       "-j", str(min(2, clients)), "-T", str(int(seconds)))
        return float(re.search(r"tps = ([0-9.]+)", out)[1])


@contextlib.contextmanager
def nginx(home: pathlib.Path, content: bytes, pair=None):
    """Serves one file of the size of an answer, by two workers; gives its URL. With a certificate and its key: over TLS."""
    home.mkdir()
    (home / "www").mkdir()
    (home / "www/config").write_bytes(content)
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    encryption = f"ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key}; ssl_protocols TLSv1.2 TLSv1.3;" if pair else ""
    (home / "nginx.conf").write_text(f"""
{user} worker_processes 2; daemon off; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 4096; multi_accept on; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_timeout 300s; keepalive_requests 1000000000; default_type application/json;
  open_file_cache max=100 inactive=1h; open_file_cache_valid 1h;
  client_body_temp_path {home}/t1; proxy_temp_path {home}/t2; fastcgi_temp_path {home}/t3; uwsgi_temp_path {home}/t4; scgi_temp_path {home}/t5;
  server {{ listen 127.0.0.1:{port} {"ssl" if pair else ""}; {encryption} root {home}/www; }}
}}
""")
    process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(home / "nginx.conf")])
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        else:
            raise RuntimeError("nginx did not start: " + (home / "error.log").read_text())
        yield f"http{'s' if pair else ''}://127.0.0.1:{port}/config"
    finally:
        process.terminate()
        process.wait()


def nginx_version() -> str:
    return subprocess.run(["/usr/sbin/nginx", "-v"], capture_output=True, text=True).stderr.strip().removeprefix("nginx version: ")
