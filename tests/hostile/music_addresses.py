"""URLs that lead, or seem to lead, where a caller must not send a server: by their address, their spelling, or what their name resolves to."""

import dataclasses

# What refusals to fetch begin with (infra/media/music_url.h).
FETCHED = "must name an MP3 that anybody can fetch: "

LOOPBACK = "a loopback address (RFC 1122)"
PRIVATE = "a private address (RFC 1918)"
METADATA = "an address of a cloud's metadata service"
NO_URL = "must be an absolute https or http URL (RFC 3986), such as https://example.com/rooms"
SCHEME = "must be a URL whose scheme is https or http"
NO_USER = "must be a URL without user name or password"
NOT_PLAIN = FETCHED + "its host is neither a name nor an address"
TWO_WAYS = FETCHED + "its URL can be read in two ways"
SPELLED = FETCHED + "its host is an IPv4 address that is not spelled as four decimal numbers"
NOWHERE = FETCHED + "its host name leads nowhere"
FAILED = FETCHED + "its host name could not be looked up"


@dataclasses.dataclass(frozen=True)
class Attack:
    """`{spy}`: the port where good music is to be had on loopback addresses that are not allowed."""

    url: str
    rule: str
    names: dict[str, str | tuple[str, ...]] = dataclasses.field(default_factory=dict)


def host_is(what: str) -> str:
    return f"{FETCHED}its host is {what}"


def at(host: str, what: str) -> Attack:
    return Attack(f"http://{host}:{{spy}}/good.mp3", host_is(what))


# Each reaches the spy if it is connected to.
LOOPBACKS = [
    at("127.0.0.1", LOOPBACK),
    at("127.255.255.254", LOOPBACK),
    at("0.0.0.0", "the unspecified address (RFC 1122)"),
    at("[::1]", "a loopback address (RFC 4291)"),
    at("[0:0:0:0:0:0:0:1]", "a loopback address (RFC 4291)"),
    at("[::0001]", "a loopback address (RFC 4291)"),
    at("[::]", "the unspecified address (RFC 4291)"),
    *(at(host, "an IPv4-mapped address (RFC 4291)") for host in ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:127.0.0.2]", "[0:0:0:0:0:ffff:7f00:2]")),
    at("[::127.0.0.1]", "an IPv4-compatible address (RFC 4291)"),
    at("[64:ff9b::127.0.0.1]", LOOPBACK),
    at("[64:ff9b::7f00:1]", LOOPBACK),
    at("[64:ff9b:1::7f00:1]", "an address of a local translation to IPv4 (RFC 8215)"),
    at("[2002:7f00:1::]", LOOPBACK),
    at("[2001:0:7f00:1::]", LOOPBACK),
    at("[2001:0:808:808:0:0:80ff:fffe]", LOOPBACK),
]

# Nobody's, or somebody's who is reachable from inside alone.
SPECIAL = [
    *(at(host, PRIVATE) for host in ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "[64:ff9b::10.0.0.1]", "[2002:a00:1::1]")),
    *(at(host, METADATA) for host in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
                                      "[fd00:ec2::254]", "[fd20:ce::254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]")),
    at("169.254.1.1", "a link-local address (RFC 3927)"),
    at("100.64.0.1", "a shared address of carrier-grade NAT (RFC 6598)"),
    at("100.127.255.255", "a shared address of carrier-grade NAT (RFC 6598)"),
    at("0.1.2.3", 'an address of "this network" (RFC 791)'),
    at("192.0.0.8", "an address for protocols (RFC 6890)"),
    *(at(host, "an address for documentation (RFC 5737)") for host in ("192.0.2.1", "198.51.100.1", "203.0.113.1")),
    at("192.88.99.1", "an address of 6to4 relays (RFC 7526)"),
    at("198.18.0.1", "an address for benchmarks (RFC 2544)"),
    at("198.19.255.255", "an address for benchmarks (RFC 2544)"),
    at("224.0.0.1", "a multicast address (RFC 5771)"),
    at("239.255.255.250", "a multicast address (RFC 5771)"),
    at("240.0.0.1", "a reserved address (RFC 1112)"),
    at("255.255.255.255", "the broadcast address (RFC 919)"),
    at("[fe80::1]", "a link-local address (RFC 4291)"),
    at("[febf::1]", "a link-local address (RFC 4291)"),
    at("[fec0::1]", "a site-local address (RFC 3879)"),
    at("[fc00::1]", "a private address (unique local, RFC 4193)"),
    at("[fdff::1]", "a private address (unique local, RFC 4193)"),
    at("[ff02::1]", "a multicast address (RFC 4291)"),
    at("[2001:db8::1]", "an address for documentation (RFC 3849)"),
    at("[3fff::1]", "an address for documentation (RFC 9637)"),
    at("[100::1]", "an address whose packets are thrown away (RFC 6666)"),
    at("[2001:2::1]", "an address for protocols (RFC 2928)"),
    at("[5f00::1]", "an address of a segment routing domain (RFC 9602)"),
    at("[4000::1]", "no global unicast address (RFC 4291)"),
    at("[::ffff:0:127.0.0.1]", "no global unicast address (RFC 4291)"),
]

# Two readers may see two hosts in them.
SPELLINGS = [
    *(Attack(url, NO_USER) for url in (
        "http://media.test@127.0.0.1:{spy}/good.mp3", "http://user:password@127.0.0.1:{spy}/good.mp3", "http://@127.0.0.1:{spy}/good.mp3",
        "http://:@127.0.0.1:{spy}/good.mp3", "http://media.test:80@127.0.0.1:{spy}/good.mp3", "http://media.test%2f@127.0.0.1:{spy}/good.mp3",
        "http://a@b@127.0.0.1:{spy}/good.mp3")),
    *(Attack(url, NO_URL) for url in (
        "http://media.test\\@127.0.0.1:{spy}/good.mp3", "http://media.test @127.0.0.1:{spy}/good.mp3", "http://127.0.0.1\t:{spy}/good.mp3",
        "http://127.0.0.1:{spy}/good.mp3\r\nHost: media.test", "http://[::1%25lo]:{spy}/good.mp3\n", "http://[::1:{spy}/good.mp3",
        "http://[127.0.0.1]:{spy}/good.mp3", "http://[::1%25lo]:{spy}/good.mp3", "http://①②⑦.⓪.⓪.①:{spy}/good.mp3", "http://127。0。0。1:{spy}/good.mp3",
        "http://[fe80::1%25eth0]:{spy}/good.mp3", "http://[fe80::1%eth0]:{spy}/good.mp3", "//127.0.0.1:{spy}/good.mp3", "127.0.0.1:{spy}/good.mp3", "good.mp3",
        " http://127.0.0.1:{spy}/good.mp3")),
    *(Attack(url, "must be a URL with a host") for url in ("http:///good.mp3", "http:/good.mp3", "http:127.0.0.1:{spy}", "http://:{spy}/good.mp3",
                                                           "http://::1:{spy}/good.mp3", "http:////127.0.0.1:{spy}/good.mp3")),
    *(Attack(url, "must be a URL with a port from 1 to 65535, or none")
      for url in ("http://127.0.0.1:0/good.mp3", "http://127.0.0.1:65536/good.mp3", "http://127.0.0.1:99999999999999999999/")),
    Attack("http://[::1]x:{spy}/", "must be a URL with nothing between host and path but a port"),
    *(Attack(url, SCHEME) for url in (
        "file:///etc/passwd", "file://127.0.0.1/etc/passwd", "gopher://127.0.0.1:{spy}/_GET%20/good.mp3", "ftp://127.0.0.1:{spy}/good.mp3",
        "dict://127.0.0.1:{spy}/d:good", "data:audio/mpeg;base64,SUQz", "ldap://127.0.0.1:{spy}/", "ws://127.0.0.1:{spy}/", "tftp://127.0.0.1:{spy}/good.mp3",
        "javascript:alert(1)", "httpx://127.0.0.1:{spy}/", "smb://127.0.0.1/good.mp3", "unix:/run/docker.sock")),
    # What the percent sign hides is in the host for libcurl.
    *(Attack(url, FETCHED + "its URL cannot be read") for url in (
        "http://media.test%40127.0.0.1:{spy}/good.mp3", "http://127.0.0.1%3A80:{spy}/good.mp3", "http://127.0.0.1%2F.media.test:{spy}/good.mp3",
        "http://127.0.0.1%00.media.test:{spy}/good.mp3", "http://127.0.0.1%0d%0aX:{spy}/good.mp3", "http://127.0.0.1%20:{spy}/good.mp3",
        "http://[v1.7f000001]:{spy}/good.mp3")),
    *(Attack(f"http://{host}:{{spy}}/good.mp3", TWO_WAYS) for host in ("21307064%33%33", "0%78f000001", "l%6fcalhost", "127.0.0.1%2E", "%5B%3A%3A1%5D")),
    # The last five are public for libcurl.
    *(Attack(f"http://{host}:{{spy}}/good.mp3", SPELLED) for host in (
        "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0X7F000001", "0177.0.0.1", "0x7f.0.0.1", "0x7F.0x0.0x0.0x1", "0177.0x0.1",
        "00000177.0.0.1", "127.0x1", "%31%32%37.0.0.1", "127%2e0%2e0%2e1", "0", "0x0", "00.0.0", "167772161", "0xC0A80001", "0300.0250.1",
        "2852039166", "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376", "169.254.43518", "4294967295", "010.0.0.1", "020.020.0.1", "8.8.2056",
        "134744072", "0x08.8.8.8")),
    Attack("http://%E2%91%A0%E2%91%A1%E2%91%A6.0.0.1:{spy}/good.mp3", NOT_PLAIN),
    Attack(f"http://{'a.' * 127}test:{{spy}}/good.mp3", NOT_PLAIN),
    Attack("http://256.256.256.256:{spy}/good.mp3", NOWHERE),
    Attack("http://127.0.0.1.127.0.0.1:{spy}/good.mp3", NOWHERE),
    # The host is what stands before.
    *(Attack(url, FETCHED + "its host name leads to " + PRIVATE, {"media.test": "10.1.2.3"}) for url in (
        "http://media.test:{spy}#@127.0.0.2/good.mp3", "http://media.test:{spy}?@127.0.0.2/good.mp3", "http://media.test:{spy}/@127.0.0.2/good.mp3")),
]


def named(name: str, answers: str | tuple[str, ...], what: str) -> Attack:
    return Attack(f"http://{name}:{{spy}}/good.mp3", f"{FETCHED}its host name leads to {what}", {name.rstrip("."): answers, name: answers})


# The first answer alone would be fine: 127.0.0.2 is allowed.
NAMES = [
    named("private.test", "10.1.2.3", PRIVATE),
    named("loopback.test", "127.0.0.1", LOOPBACK),
    named("dotted.test.", "127.0.0.1", LOOPBACK),
    named("LOUD.TEST", "127.0.0.1", LOOPBACK),
    named("unspecified.test", "0.0.0.0", "the unspecified address (RFC 1122)"),
    named("link-local.test", "169.254.7.7", "a link-local address (RFC 3927)"),
    named("shared.test", "100.64.9.9", "a shared address of carrier-grade NAT (RFC 6598)"),
    named("multicast.test", "224.0.0.251", "a multicast address (RFC 5771)"),
    named("broadcast.test", "255.255.255.255", "the broadcast address (RFC 919)"),
    named("example.test", "192.0.2.7", "an address for documentation (RFC 5737)"),
    named("six.test", "::1", "a loopback address (RFC 4291)"),
    named("mapped.test", "::ffff:127.0.0.2", "an IPv4-mapped address (RFC 4291)"),
    named("nat64.test", "64:ff9b::10.0.0.1", PRIVATE),
    named("6to4.test", "2002:c0a8:1::1", PRIVATE),
    named("teredo.test", "2001:0:808:808::f5ff:fffe", PRIVATE),
    named("zone.test", "fe80::1%1", "a link-local address (RFC 4291)"),
    named("unique.test", "fd12:3456::1", "a private address (unique local, RFC 4193)"),
    named("metadata.google.internal", "169.254.169.254", METADATA),
    named("instance-data.ec2.internal", "fd00:ec2::254", METADATA),
    named("mixed.test", "127.0.0.2,10.0.0.1", PRIVATE),
    named("mixed-first.test", "127.0.0.1,127.0.0.2", LOOPBACK),
    named("mixed-six.test", "127.0.0.2,::1", "a loopback address (RFC 4291)"),
    named("many.test", ",".join(["127.0.0.2"] * 40 + ["192.168.1.1"]), PRIVATE),
    named("sub.localhost", "127.0.0.1", LOOPBACK),
    named("ip6-localhost", "::1", "a loopback address (RFC 4291)"),
    named("localhost.localdomain", "127.0.0.1", LOOPBACK),
    named("localhost.", "127.0.0.1", LOOPBACK),
    named("127.0.0.1.nip.test", "127.0.0.1", LOOPBACK),
    # Whatever a resolver makes of what is no address to libcurl.
    named("0x7f.1.", "127.0.0.1", LOOPBACK),
    named("1.2.3.4.5", "10.0.0.5", PRIVATE),
    Attack("http://localhost:{spy}/good.mp3", f"{FETCHED}its host name leads to {LOOPBACK}"),
    Attack("https://localhost:{spy}/good.mp3", f"{FETCHED}its host name leads to {LOOPBACK}"),
    Attack("http://nowhere.test/", NOWHERE),
    Attack("http://unknown.test/", NOWHERE, {"unknown.test": "nowhere"}),
    Attack("http://trouble.test/", FAILED, {"trouble.test": "trouble"}),
    Attack("http://nothing.test/", FETCHED + "its host name has no address", {"nothing.test": "nothing"}),
    Attack("http://never.test/", FETCHED + "its host name could not be looked up in time", {"never.test": "never"}),
    Attack("http://.../", NOWHERE),
    Attack("http://-/", NOWHERE),
    Attack("http://_/", NOWHERE),
]
