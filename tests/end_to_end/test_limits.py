"""Every queue has an end: what is beyond it is refused with a clear error, nothing of it is stored, and what is within goes on."""

import threading

from live.client import Client, Stream, fresh_number, raw


def test_a_full_queue_refuses_and_stores_nothing(own_server):
    server = own_server
    server.options = ["--queue-max", "1"]
    server.start()
    stored, refused = [], []
    start = threading.Barrier(24)

    def write() -> None:
        client = Client(server, server.key)
        start.wait()
        for _ in range(40):
            number = fresh_number()
            answer = client.post("/domain-dialin-config", {"type": "pin_dialin", "phone_number": number})
            if answer.status == 200:
                stored.append(number)
            else:
                answer.refused(503, "unavailable")
                assert int(answer.headers["Retry-After"]) >= 1
                refused.append(number)

    threads = [threading.Thread(target=write) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored and refused, f"{len(stored)} stored, {len(refused)} refused"
    client = Client(server, server.key)
    assert client.page()["total_count"] == len(stored)
    for number in refused[:20]:
        client.get(f"/numbers/{number}").refused(404, "not-found")


def test_one_connection_too_many_is_told_so(own_server):
    server = own_server
    server.options = ["--connections-max", "4"]
    server.start()
    held = [Stream(server, server.key) for _ in range(4)]
    assert [stream.status for stream in held] == [200] * 4, "those within the bound are served"
    status, answer = raw(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status == 503 and b"unavailable" in answer, answer
    for connection in held:
        connection.close()
    client = Client(server, server.key)
    for _ in range(50):
        try:
            client.get("/").expect(200)
            return
        except (AssertionError, OSError):
            client.close()
    raise AssertionError("the places of closed connections are not given again")


def test_the_bound_of_a_body_is_an_option(own_server):
    server = own_server
    server.options = ["--body-bytes-max", "2048"]
    server.start()
    client = Client(server, server.key)
    client.pin(ivr_greeting={"message": "x" * 1500})
    client.post("/domain-dialin-config", {"type": "pin_dialin", "ivr_greeting": {"message": "x" * 2500}}).refused(413, "invalid-request-error")
    assert client.page()["total_count"] == 1
