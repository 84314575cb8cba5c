# The image of bin/pingyi: `make image` makes rootfs.tar beside it in bin/image and
# builds it there, with docker or with buildah. No other image is needed: the
# program is static and has the time zones in it.
FROM scratch
# /usr/bin/pingyi, the roots that the platforms' certificates are checked against,
# the licences, and /var/lib/pingyi/data, which alone belongs to user 65532.
ADD rootfs.tar /
# SQLite and what the demo keeps for itself are in ./data.
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
