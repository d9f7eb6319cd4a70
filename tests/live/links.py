"""Ways from clients to a broker that can be cut: a listener on loopback that passes bytes on, and at will does not.

Of each link one knows the port to listen on and the port to go on to (kafka_nodes.Nodes.link). One thread moves the bytes of all links.
"""

import enum
import selectors
import socket
import threading

HELD_BYTES_MAX = 256 * 1024  # of one direction of one connection; more is left with the sender
TICK_S = 0.02


class Way(enum.Enum):
    OPEN = "open"
    CUT = "cut"  # what stands is closed, and so is whoever comes
    STALLED = "stalled"  # connections stay, nothing passes
    DEAF = "deaf"  # what clients send passes, what is answered does not


class Connection:
    """Two sockets, and what was read from one and not yet written to the other."""

    def __init__(self, client: socket.socket, broker: socket.socket):
        self.ends = (client, broker)
        self.held = {client: b"", broker: b""}  # by the socket that it is to go to

    def other(self, end: socket.socket) -> socket.socket:
        return self.ends[1] if end is self.ends[0] else self.ends[0]

    def passes_from(self, end: socket.socket, way: Way) -> bool:
        return way is Way.OPEN or (way is Way.DEAF and end is self.ends[0])

    def close(self) -> None:
        for end in self.ends:
            end.close()


class Link:
    """All that goes from one listening port to one broker's."""

    def __init__(self, listen_on: int, go_on_to: int):
        self.go_on_to = go_on_to
        self.way = Way.OPEN
        self.told = 0  # bytes that the broker said
        self.connections: list[Connection] = []
        self.listener = socket.create_server(("127.0.0.1", listen_on))
        self.listener.setblocking(False)

    def accept(self) -> None:
        client, _ = self.listener.accept()
        if self.way is Way.CUT:
            client.close()
            return
        try:
            broker = socket.create_connection(("127.0.0.1", self.go_on_to), 1)
        except OSError:
            client.close()  # as a broker that is down
            return
        for end in (client, broker):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.append(Connection(client, broker))

    def drop(self) -> None:
        for connection in self.connections:
            connection.close()
        self.connections.clear()


class Links:
    """Of one or more clients, each with a link to every broker. set() may be called from any thread; it counts within some 20 ms."""

    def __init__(self, ports: list[list[tuple[int, int]]]):
        """`ports`: per client, per broker: where the broker listens, and where the client comes."""
        self.clients = [[Link(told, own) for own, told in pairs] for pairs in ports]
        self.wanted = [Way.OPEN] * len(ports)
        self.to_drop: set[int] = set()
        self.lock = threading.Lock()
        self.ending = threading.Event()
        self.trouble: Exception | None = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def bootstrap(self, client: int) -> str:
        return ",".join(f"127.0.0.1:{link.listener.getsockname()[1]}" for link in self.clients[client])

    def set(self, client: int, way: Way, drop: bool = False) -> None:
        """`drop`: what stands is closed first, and with it what it held."""
        with self.lock:
            self.wanted[client] = way
            if drop or way is Way.CUT:
                self.to_drop.add(client)

    def told(self, client: int) -> int:
        """Bytes that brokers have said to it."""
        return sum(link.told for link in self.clients[client])

    def open_all(self) -> None:
        for client in range(len(self.clients)):
            self.set(client, Way.OPEN)

    def close(self) -> None:
        self.ending.set()
        self.thread.join()
        for link in self.all():
            link.drop()
            link.listener.close()
        if self.trouble:
            raise self.trouble

    def all(self) -> list[Link]:
        return [link for links in self.clients for link in links]

    def run(self) -> None:
        try:
            while not self.ending.is_set():
                self.obey()
                self.move()
        except Exception as trouble:
            self.trouble = trouble

    def obey(self) -> None:
        with self.lock:
            wanted, drop, self.to_drop = list(self.wanted), self.to_drop, set()
        for client, links in enumerate(self.clients):
            for link in links:
                link.way = wanted[client]
                if client in drop:
                    link.drop()

    def move(self) -> None:
        # Few connections and short lives: a selector made anew each time has no state that could be stale.
        with selectors.DefaultSelector() as ready:
            for link in self.all():
                ready.register(link.listener, selectors.EVENT_READ, (link, None))
                for connection in link.connections:
                    for end in connection.ends:
                        events = 0
                        if connection.passes_from(end, link.way) and len(connection.held[connection.other(end)]) < HELD_BYTES_MAX:
                            events |= selectors.EVENT_READ
                        if connection.held[end] and connection.passes_from(connection.other(end), link.way):
                            events |= selectors.EVENT_WRITE
                        if events:
                            ready.register(end, events, (link, connection))
            happened = ready.select(TICK_S)
        for key, events in happened:
            link, connection = key.data
            if connection is None:
                link.accept()
            elif connection in link.connections and not self.pass_on(link, connection, key.fileobj, events):
                connection.close()
                link.connections.remove(connection)

    def pass_on(self, link: Link, connection: Connection, end: socket.socket, events: int) -> bool:
        """False: one side has ended."""
        try:
            if events & selectors.EVENT_WRITE:
                connection.held[end] = connection.held[end][end.send(connection.held[end]):]
            if events & selectors.EVENT_READ:
                got = end.recv(65536)
                if not got:
                    return False
                link.told += len(got) if end is connection.ends[1] else 0
                other = connection.other(end)
                waits = connection.held[other] + got
                sent = other.send(waits) if not connection.held[other] else 0
                connection.held[other] = waits[sent:]
            return True
        except BlockingIOError:
            return True
        except OSError:
            return False
