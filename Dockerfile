# syntax=docker/dockerfile:1

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN make build VERSION="$VERSION" && mkdir -p /out/data && cp bin/pingyi /out/pingyi

FROM scratch
# The roots that the calls to the platforms' APIs are checked against.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/pingyi /usr/bin/pingyi
COPY LICENSE THIRD_PARTY_LICENSES /usr/share/doc/pingyi/
# SQLite and what the demo keeps for itself, in /var/lib/pingyi/data.
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /var/lib/pingyi/data
WORKDIR /var/lib/pingyi
VOLUME /var/lib/pingyi/data
USER 65532:65532
ENV PINGYI_ADDR=:8080 PINGYI_METRICS_ADDR=:9090
EXPOSE 8080
# GET http://127.0.0.1:8080/healthz, from PINGYI_ADDR alone: it needs no other
# option.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/usr/bin/pingyi", "healthcheck"]
ENTRYPOINT ["/usr/bin/pingyi"]
CMD ["serve"]
