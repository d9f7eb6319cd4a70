"""The README's first session, typed into a shell against a fresh server, gives the answers that stand there."""

import subprocess

from end_to_end.readme import normalised, steps
from live.server import BINARY, Server

END_OF_STEP = "--- end of step ---"


def test_the_first_session_answers_what_the_readme_says(tmp_path):
    server = Server(tmp_path / "home", "--dev", data=tmp_path / "data")
    server.keys, server.keyring = server.data / "keys.json", server.data / "keyring.json"
    server.start()
    try:
        session = steps("A first session")
        assert len(session) >= 7
        typed = "".join(f"{commands}\necho; echo '{END_OF_STEP}'\n" for commands, _ in session)
        typed = typed.replace("127.0.0.1:8080", f"{server.host}:{server.port}").replace("build/release/dialin", str(BINARY))
        done = subprocess.run(["bash", "-c", typed], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        answers = done.stdout.split(END_OF_STEP)
        for (commands, expected), answer in zip(session, answers, strict=False):
            assert normalised(answer) == normalised(expected), f"{commands}\n{answer}{done.stderr}"
        assert done.stderr == ""
        assert server.stop() == 0
    finally:
        server.kill()
