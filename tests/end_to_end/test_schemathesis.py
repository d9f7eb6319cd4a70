"""schemathesis reads the OpenAPI document and asks the live server what the document promises. Bounded: a few cases a call."""

import os
import pathlib
import subprocess
import sys

import pytest

from live.client import seed

CASES = 12


@pytest.mark.slow
def test_the_server_does_what_its_openapi_document_says(server, tenant, tmp_path):
    tenant.client().pinless(name_prefix="something to find")
    drawn = seed()
    command = [
        str(pathlib.Path(sys.executable).with_name("schemathesis")), "run", f"http://{server.host}:{server.port}/openapi.json",
        "--header", f"Authorization: Bearer {tenant.key}",
        # A position that never comes is waited for, and then 503: right, and slow.
        "--header", "Dialin-Min-Sequence: 0",
        # A stream has no end, so no whole answer to check.
        "--exclude-path", "/events/stream",
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(CASES), "--seed", str(drawn), "--request-timeout", "20",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
        "--no-color",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path, env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)})
    assert done.returncode == 0, f"seed {drawn}\n{done.stdout[-12000:]}\n{done.stderr[-3000:]}"
