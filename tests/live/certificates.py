"""Certificates of authorities that live as long as a test, made with the program `openssl`."""

import dataclasses
import pathlib
import ssl
import subprocess


@dataclasses.dataclass
class Pair:
    certificate: pathlib.Path
    key: pathlib.Path

    def options(self, node_ca: pathlib.Path | None = None) -> list[str]:
        return ["--tls-cert", str(self.certificate), "--tls-key", str(self.key), *(["--tls-node-ca", str(node_ca)] if node_ca else [])]


def openssl(*words) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)


class Authority:
    """Its certificate is `file`; what it issues lies beside it."""

    def __init__(self, home: pathlib.Path, name: str):
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.name = home, name
        self.file, self.key = home / f"{name}.ca.pem", home / f"{name}.ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30, "-subj", f"/CN={name}", "-keyout", self.key,
                "-out", self.file)

    def issue(self, name: str, names: str = "DNS:localhost,IP:127.0.0.1", kind: str = "ec", days: int = 30) -> Pair:
        pair = Pair(self.home / f"{self.name}.{name}.pem", self.home / f"{self.name}.{name}.key")
        request, extensions = pair.key.with_suffix(".csr"), pair.key.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={names}\n")
        how = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else ["-newkey", kind]
        openssl("req", "-new", *how, "-nodes", "-subj", f"/CN={name}", "-keyout", pair.key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days", days, "-extfile", extensions, "-out",
                pair.certificate)
        return pair

    def trusting(self, shown: Pair | None = None) -> ssl.SSLContext:
        """Of a caller that trusts it and has `shown` to show."""
        context = ssl.create_default_context(cafile=str(self.file))
        if shown:
            context.load_cert_chain(shown.certificate, shown.key)
        return context

    @staticmethod
    def serving(pair: Pair) -> ssl.SSLContext:
        """Of a server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        return context
