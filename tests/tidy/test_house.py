"""The house rules that a program can check. Each test names the places that break its rule."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES_MAX = 400
WIDTH_MAX = 160
ROOMS = ("domain", "projections", "infra", "api")

# What a room's own files may include of other rooms. `api/cli` sees everything, because it wires.
MAY_INCLUDE = {
    "domain": {"domain"},
    "projections": {"projections", "domain"},
    "infra": {"infra", "domain"},
    "api/service": {"api/service", "projections", "domain"},
    "api/http": {"api/http", "api/service", "projections", "domain"},
}
# Headers of the standard library have no slash but for these folders; result.h is the one that all rooms share.
STANDARD = re.compile(r"^([a-z_0-9]+|(sys|netinet|arpa|linux|bits)/[a-z_0-9]+\.h|[a-z_0-9]+\.h)$")
ALLOWED_IN_HEADERS = {"boost/system/result.hpp", "boost/assert/source_location.hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def tracked(*patterns: str) -> list[pathlib.Path]:
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns], cwd=ROOT, capture_output=True, text=True,
                         check=True)
    return [path for name in sorted(set(out.stdout.split("\0"))) if name and (path := ROOT / name).is_file()]


def name(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


def sources() -> list[pathlib.Path]:
    return tracked("*.h", "*.cc")


def of_rooms(paths: list[pathlib.Path]) -> list[pathlib.Path]:
    return [path for path in paths if path.relative_to(ROOT).parts[0] in ROOMS]


def text_files() -> list[pathlib.Path]:
    """Seeds of fuzz targets are inputs, texts or not."""
    return [path for path in tracked() if not name(path).startswith("tests/fuzz/corpus/") and b"\0" not in path.read_bytes()]


def none(broken: list[str]) -> None:
    assert not broken, "\n" + "\n".join(broken)


def without_comments_and_texts(code: str) -> str:
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", code, flags=re.DOTALL)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', code)


def room_of(path: pathlib.Path) -> str | None:
    relative = name(path)
    for room in MAY_INCLUDE:
        if relative.startswith(room + "/"):
            return room
    return None


def test_arrows_point_one_way():
    broken = []
    for path in of_rooms(sources()):
        room = room_of(path)
        if room is None:
            continue  # api/cli
        for _, included in INCLUDE.findall(path.read_text()):
            if included.split("/")[0] in ROOMS and not any(included.startswith(seen + "/") for seen in MAY_INCLUDE[room]):
                broken.append(f"{name(path)} includes {included}")
    none(broken)


def test_folders_of_infra_do_not_know_each_other():
    broken = []
    for path in tracked("infra/*.h", "infra/*.cc"):
        own = "/".join(path.relative_to(ROOT).parts[:2])
        for _, included in INCLUDE.findall(path.read_text()):
            if included.startswith("infra/") and not included.startswith(own + "/"):
                broken.append(f"{name(path)} includes {included}")
    none(broken)


def test_includes_name_the_room():
    broken = []
    for path in of_rooms(sources()):
        for bracket, included in INCLUDE.findall(path.read_text()):
            if bracket == '"' and included.split("/")[0] not in ROOMS:
                broken.append(f'{name(path)} includes "{included}"')
    none(broken)


def test_third_party_headers_stay_inside_cc_files():
    broken = []
    for path in of_rooms(tracked("*.h")):
        for bracket, included in INCLUDE.findall(path.read_text()):
            if bracket == "<" and included not in ALLOWED_IN_HEADERS and not STANDARD.match(included):
                broken.append(f"{name(path)} includes <{included}>")
    none(broken)


def test_no_file_is_longer_than_two():
    checked = tracked("*.h", "*.cc", "*.py", "*.lua", "script/*", "CMakeLists.txt", "*.cmake")
    none([f"{name(path)}: {count} lines" for path in checked if (count := len(path.read_text().splitlines())) > LINES_MAX])


def test_no_line_of_python_is_wider_than_a_screen():
    """C++ is clang-format's."""
    checked = [path for path in tracked("*.py", "script/*") if path.suffix == ".py" or "python" in path.read_text().partition("\n")[0]]
    none([f"{name(path)}:{number}: {len(line)} characters" for path in checked for number, line in enumerate(path.read_text().splitlines(), 1)
          if len(line) > WIDTH_MAX])


def test_every_header_opens_with_what_it_is_for():
    broken = []
    for path in tracked("*.h"):
        lines = path.read_text().splitlines()
        if lines[:1] != ["#pragma once"]:
            broken.append(f"{name(path)} does not begin with #pragma once")
        elif len(lines) < 2 or not lines[1].startswith("// ") or len(lines[1]) < 20:
            broken.append(f"{name(path)} has no opening comment")
    none(broken)


def test_names_say_something():
    word = re.compile(r"\b(?:class|struct|enum|union|namespace|using|concept|typename)\s+(?:class\s+)?(\w*(?:Manager|Helper|Utils?|Impl|Misc|Common))\b")
    broken = [f"{name(path)}: {found}" for path in sources() for found in word.findall(without_comments_and_texts(path.read_text()))]
    broken += [name(path) for path in sources() if re.search(r"(^|_)(manager|helpers?|utils?|impl|misc|common)(_|$)", path.stem)]
    none(broken)


def test_nothing_is_left_for_later():
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    broken = []
    for path in tracked("*.h", "*.cc", "*.py", "*.lua", "*.cmake", "CMakeLists.txt", "script/*", "*.md"):
        if path == pathlib.Path(__file__).resolve():
            continue
        broken += [f"{name(path)}:{number}" for number, line in enumerate(path.read_text().splitlines(), 1) if word.search(line)]
    none(broken)


def test_no_warning_is_silenced_without_a_reason():
    """The reason stands on the line or on one of the two before it."""
    silenced = re.compile(r"NOLINT|#pragma GCC diagnostic ignored|clang-format off")
    broken = []
    for path in sources():
        lines = ["", *path.read_text().splitlines()]
        for number, line in enumerate(lines):
            has_reason = any(before.strip().startswith("//") for before in lines[max(0, number - 2):number])
            if silenced.search(line) and not has_reason and "//" not in re.sub(r"//\s*(NOLINT|clang-format)\S*", "", line):
                broken.append(f"{name(path)}:{number}")
    none(broken)


def test_no_exception_is_swallowed():
    empty = re.compile(r"catch\s*\([^)]*\)\s*\{\s*\}")
    none([name(path) for path in of_rooms(sources()) if empty.search(path.read_text())])


def test_results_go_out_by_one_way():
    """Output (api/cli/terminal/output.h) tells when they did not; std::cout tells nobody."""
    banned = re.compile(r"std::cout|\bprintf\(|\bputs\(|\bstdout\b")
    none([f"{name(path)}: {found}" for path in of_rooms(sources()) for found in banned.findall(without_comments_and_texts(path.read_text()))])


def test_the_domain_is_pure():
    """No I/O, clock, threads or JSON (calendars of <chrono> are arithmetic). invariant.h alone may print, because the process ends there."""
    banned = re.compile(r"<(fstream|iostream|filesystem|thread|mutex|atomic|condition_variable|future|random|simdjson.h|boost/json.*|unistd.h|fcntl.h|cstdio)>")
    broken = [f"{name(path)}: {found[0]}" for path in tracked("domain/*.h", "domain/*.cc") if path.name != "invariant.h"
              for found in banned.finditer(path.read_text())]
    broken += [f"{name(path)} asks a clock" for path in tracked("domain/*.h", "domain/*.cc")
               if re.search(r"(system|steady|high_resolution)_clock", path.read_text())]
    none(broken)


def test_texts_are_utf8_with_unix_lines_and_no_trailing_space():
    broken = []
    for path in text_files():
        data = path.read_bytes()
        try:
            data.decode()
        except UnicodeDecodeError:
            broken.append(f"{name(path)} is not UTF-8")
            continue
        if b"\r\n" in data and path.suffix in (".h", ".cc", ".py", ".md", ".txt", ".cmake", ""):
            broken.append(f"{name(path)} has DOS lines")
        if data and not data.endswith(b"\n"):
            broken.append(f"{name(path)} does not end with a line end")
        if path.suffix in (".h", ".cc", ".py", ".lua", ".cmake") and re.search(rb"[ \t]+\n", data):
            broken.append(f"{name(path)} has trailing space")
    none(broken)


def test_no_path_of_one_machine():
    path_of_a_machine = re.compile(r"(?<![\w.$}])/(home|root|Users|work|mnt)/[A-Za-z0-9_.-]+")
    broken = []
    for path in text_files():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if path_of_a_machine.search(line) and path != pathlib.Path(__file__).resolve():
                broken.append(f"{name(path)}:{number}: {line.strip()[:100]}")
    none(broken)


def test_every_verb_can_be_run():
    scripts = [path for path in tracked("script/*", ".ci/run") if path.suffix == ""]
    assert {path.name for path in scripts} >= {"bootstrap", "build", "server", "test", "bench", "format", "run"}
    broken = []
    for path in scripts:
        if not os.access(path, os.X_OK):
            broken.append(f"{name(path)} is not executable")
        lines = path.read_text().splitlines()
        if not lines[0].startswith("#!/usr/bin/env "):
            broken.append(f"{name(path)} names no interpreter")
        if not lines[1].startswith("# "):
            broken.append(f"{name(path)} does not say what it is for")
    none(broken)


def test_scripts_parse():
    broken = []
    for path in tracked("script/*", ".ci/run"):
        if path.suffix == "" and "bash" in path.read_text().splitlines()[0]:
            done = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
            if done.returncode:
                broken.append(done.stderr)
    none(broken)


def test_the_form_is_clang_formats():
    done = subprocess.run(["script/format", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, "run script/format:\n" + "\n".join(sorted(set(re.findall(r"^([\w/.]+):\d+", done.stderr, re.MULTILINE))))


def test_keys_are_looked_up_by_hash_and_compared_in_constant_time():
    """Timing cannot be tested without chance; what makes it so can be read."""
    code = without_comments_and_texts((ROOT / "infra/crypto/api_keys.cc").read_text())
    assert re.search(r"struct SameDigest\s*\{[^{}]*\{\s*return CRYPTO_memcmp\(", code)
    assert "unordered_map<Bytes32, std::shared_ptr<const Caller>, HashOfDigest, SameDigest>" in code
    assert re.findall(r"\bpresented_key\b[^;{]*;", code) == ["presented_key));"], "it is hashed, and nothing else is done with it"
    assert "find(sha256(presented_key))" in code
    # Who else could look at a key: the edge, which takes it out of the field; and the streams, which ask again later.
    compares = re.compile(r"memcmp|strcmp|==\s*\*?(key|presented)\b|\*?\b(presented_key|bearer_key\([^)]*\))\s*==")
    none([f"{name(path)}: {found.group()}" for path in tracked("api/http/authorization.cc", "api/http/event_*.cc")
          for found in compares.finditer(without_comments_and_texts(path.read_text()))])


def test_every_room_has_tests():
    broken = []
    for room in ("domain", "projections", "infra/codec", "infra/crypto", "infra/log", "infra/media", "infra/sandbox", "infra/storage", "infra/systemd",
                 "infra/telemetry", "api/service", "api/http", "api/cli"):
        if not list((ROOT / "tests" / room).glob("*.cc")):
            broken.append(f"tests/{room} has none")
    none(broken)


@pytest.mark.parametrize("document", ["README.md", "CHANGELOG.md", "docs/log_format.md", "docs/subscribing.md", "docs/operations.md", "docs/auditing.md",
                                      "docs/reliability.md", "docs/security.md", "docs/benchmarks.md", "docs/scaling.md", "docs/openapi.json",
                                      "docs/asyncapi.json"])
def test_the_documents_are_there(document):
    assert (ROOT / document).stat().st_size > 400


def test_links_between_documents_lead_somewhere():
    broken = []
    for path in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text()):
            if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                broken.append(f"{name(path)} links to {target}")
        # Files that are named in passing, as `tests/fault/test_kill.py`.
        for target in re.findall(r"`((?:tests|domain|infra|projections|api|script|docs)/[\w./]+)`", path.read_text()):
            if not (ROOT / target).exists():
                broken.append(f"{name(path)} names {target}")
    none(broken)


def test_metrics_that_documents_name_exist():
    known = {metric for path in tracked("infra/telemetry/*.h", "infra/telemetry/*.cc") for metric in re.findall(r'"(dialin_[a-z_]+)"', path.read_text())}
    broken = []
    for path in tracked("*.md"):
        broken += [f"{name(path)} names {metric}" for metric in re.findall(r"\bdialin_[a-z_]+\b", path.read_text()) if metric not in known]
    none(broken)


def test_every_decision_is_numbered_in_order_and_says_what_was_rejected():
    pages = tracked("docs/decisions/[0-9]*.md")
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    broken = [f"{name(page)} lacks {word}" for page in pages for word in ("**Context.**", "**Choice.**", "**Rejected.**") if word not in page.read_text()]
    none(broken)


FIGURES = ("durable PUT/s", "PUT p50", "GET/s", "rebuilding", "ready after SIGKILL", "GET p99", "resident memory", "SSE", "PUT/s on Kafka", "PUT p50 on Kafka",
           "catching up from Kafka", "on Kafka ready after SIGKILL", "follower: p99", "SSE on a follower", "leader stopped", "leader killed")


def test_the_measured_figures_are_in_the_documents():
    text = (ROOT / "docs/benchmarks.md").read_text()
    none([f"docs/benchmarks.md has no row for {figure}" for figure in FIGURES
          if not re.search(rf"^\|[^|\n]*{re.escape(figure)}", text, re.MULTILINE | re.IGNORECASE)])
    empty = [line for document in ("docs/benchmarks.md", "README.md") for line in (ROOT / document).read_text().splitlines()
             if line.startswith("|") and ("to be measured" in line or re.search(r"\|\s*(…|\?|-)\s*\|", line))]
    none(empty)
