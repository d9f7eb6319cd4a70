"""The Dockerfile holds what the program needs, and no more. No container engine runs here, so the image itself is not built: what is looked at is what it says.
"""

import os
import pathlib
import re
import subprocess

import pytest

from live.dockerfile import Image, last_stage
from live.server import BINARY, ROOT

# Any image of Debian has what apt itself is linked with.
OF_THE_BASE = "apt"
BESIDE_LIBRARIES = {"curl", "ca-certificates"}

# A sanitizer's binary has libraries of its own.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def image() -> Image:
    return last_stage(ROOT / "Dockerfile")


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout


def installed(image: Image) -> set[str]:
    (command,) = re.findall(r"apt-get install -y --no-install-recommends ([^&]+)&&", image.run_as[0][1])
    return set(command.split())


def package_of(library: str) -> str:
    """The library's file may be known under /lib or under /usr/lib, which are one."""
    real = str(pathlib.Path(library).resolve())
    for name in (real, real.removeprefix("/usr"), f"/usr{real}"):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise AssertionError(f"no package has {library}")


def paths_of_libraries() -> dict[str, str]:
    """Of all that are loaded, by the names under which they are asked for."""
    return dict(re.findall(r"^\s*(\S+) => (\S+) \(", output("ldd", str(BINARY)), re.MULTILINE))


def with_dependencies(packages: set[str]) -> set[str]:
    here = set(re.findall(r"^(\S+)\tinstalled$", output("dpkg-query", "-W", "-f", "${Package}\t${db:Status-Status}\n"), re.MULTILINE))
    found, left = set(), set(packages)
    while left:
        found |= left
        lines = output("dpkg-query", "-W", "-f", "${Depends}, ${Pre-Depends}\n", *left).splitlines()
        named = {re.split(r"[ :(]", word.strip())[0] for line in lines for word in re.split(r"[,|]", line) if word.strip()}
        left = (named & here) - found
    return found


def test_the_packages_are_those_of_the_libraries_that_it_is_linked_with(image):
    asked_for = set(re.findall(r"\(NEEDED\)\s+Shared library: \[(\S+)\]", output("readelf", "-d", str(BINARY))))
    paths = paths_of_libraries()
    packages = {package_of(paths[name]) for name in asked_for if name in paths}
    assert packages - with_dependencies({OF_THE_BASE}) <= installed(image)
    assert installed(image) - BESIDE_LIBRARIES <= packages, "no more than these"


def test_what_those_need_comes_with_them(image):
    loaded = {package_of(path) for path in paths_of_libraries().values()}
    assert len(loaded) > 10
    assert loaded <= with_dependencies(installed(image) - BESIDE_LIBRARIES | {OF_THE_BASE})


def test_it_does_not_run_as_root_and_owns_what_it_writes(image):
    assert image.user == "dialin" and {user for user, _ in image.run_as} == {"root"}
    made = " ".join(command for _, command in image.run_as)
    assert re.search(r"useradd --system \S.* dialin\b", made)
    owned = re.search(r"install -d -o dialin -g dialin -m 0700 ([^&]+)", made)[1].split()
    assert image.volumes == owned
    assert {str(pathlib.Path(image.env[name]).parent) for name in ("DIALIN_KEYS", "DIALIN_KEYRING")} | {image.env["DIALIN_DATA"]} == set(owned)


def test_the_health_check_asks_the_port_that_is_listened_on(image):
    assert image.health[:2] == ["/bin/sh", "-c"] and "curl" in installed(image)
    for listen in (image.env["DIALIN_LISTEN"], "[::]:9000"):
        for tls, scheme in (({}, "http"), ({"DIALIN_TLS_CERT": "/etc/dialin/tls.pem"}, "https")):
            shown = subprocess.run(["sh", "-c", f"curl() {{ echo \"$@\"; }}; {image.health[2]}"], env={"DIALIN_LISTEN": listen, **tls}, capture_output=True,
                                   text=True, check=True)
            assert shown.stdout == f"-fsSk {scheme}://127.0.0.1:{listen.rsplit(':', 1)[1]}/healthz\n"


def test_the_image_is_small_and_knows_nothing_of_this_tree(image):
    assert image.base == "debian:12-slim"
    assert {".git", "build", "data"} <= set((ROOT / ".dockerignore").read_text().split())
    assert re.findall(r"^COPY --from=build (\S+) (\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE) == [("/src/build/release/dialin", "/usr/bin/dialin")]
    assert "rm -rf /var/lib/apt/lists/*" in image.run_as[0][1] and len(image.run_as) == 1
