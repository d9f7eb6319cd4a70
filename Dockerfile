# dialin on Debian 12: built in one stage, run in another that has the libraries and nothing else. Runs as an unprivileged user.
FROM debian:12-slim AS build
WORKDIR /src
COPY script/bootstrap script/
RUN script/bootstrap --build
COPY . .
RUN cmake --preset release -DDIALIN_TESTS=OFF && cmake --build build/release --target dialin && strip build/release/dialin

FROM debian:12-slim
# The libraries that it is linked with; curl for the health check, certificates for what is reached by TLS.
RUN apt-get update && apt-get install -y --no-install-recommends libboost-json1.81.0 libboost-url1.81.0 librocksdb7.8 \
      libsimdjson14 libspdlog1.10 libssl3 libjemalloc2 libprometheus-cpp-core1.0 librdkafka1 libcurl4 libmpg123-0 libseccomp2 curl ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --home-dir /var/lib/dialin --create-home dialin \
 && install -d -o dialin -g dialin -m 0700 /var/lib/dialin /etc/dialin
COPY --from=build /src/build/release/dialin /usr/bin/dialin
USER dialin
# Data, and the keys with the key ring. A new volume takes its owner from these directories.
VOLUME ["/var/lib/dialin", "/etc/dialin"]
ENV DIALIN_DATA=/var/lib/dialin DIALIN_LISTEN=0.0.0.0:8080 DIALIN_KEYS=/etc/dialin/keys.json DIALIN_KEYRING=/etc/dialin/keyring.json
EXPOSE 8080
# What listens on 0.0.0.0 wants DIALIN_TLS_CERT and DIALIN_TLS_KEY, or DIALIN_PLAIN=true where something else protects the way.
# Whether it lives, not whether it is ready: views that are being rebuilt are no reason to kill it.
HEALTHCHECK --interval=5s --timeout=2s --start-period=60s CMD curl -fsSk "http${DIALIN_TLS_CERT:+s}://127.0.0.1:${DIALIN_LISTEN##*:}/healthz"
ENTRYPOINT ["dialin"]
CMD ["serve"]
