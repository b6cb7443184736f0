# SPDX-License-Identifier: Apache-2.0
"""The Dockerfiles that are timed: two of everyday size, the rest large."""
from pathlib import Path

BASE = "FROM alpine:3.20\n"

SMALL = BASE + """\
WORKDIR /app
ENV LANG=C.UTF-8
COPY package.json .
RUN apk add --no-cache nodejs npm
RUN npm ci
COPY . .
EXPOSE 8080
USER nobody
CMD ["node", "server.js"]
"""

TYPICAL = """\
# syntax=docker/dockerfile:1
ARG GO_VERSION=1.26

FROM golang:${GO_VERSION}-alpine AS base
ENV CGO_ENABLED=0 GOFLAGS=-mod=readonly
WORKDIR /src
RUN apk add --no-cache git make

FROM base AS deps
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod \\
    go mod download

FROM deps AS build
ARG VERSION=dev
ARG COMMIT
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod \\
    --mount=type=cache,target=/root/.cache/go-build \\
    go build -trimpath \\
      -ldflags "-s -w -X main.version=$VERSION -X main.commit=${COMMIT:-none}" \\
      -o /out/server ./cmd/server

FROM deps AS lint
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build go vet ./...

FROM build AS test
RUN --mount=type=cache,target=/root/.cache/go-build \\
    --mount=type=tmpfs,target=/tmp \\
    go test ./... > /out/test.log

FROM alpine:3.20 AS assets
WORKDIR /assets
COPY web/ ./web/
RUN <<EOF
set -e
find web -name '*.css' -exec gzip -k {} +
find web -name '*.js' -exec gzip -k {} +
EOF

FROM alpine:3.20
LABEL org.opencontainers.image.title="server" \\
      org.opencontainers.image.source="https://example.com/server"
RUN apk add --no-cache ca-certificates tzdata && \\
    adduser -D -u 10001 app
WORKDIR /srv
ENV PORT=8080 LOG_LEVEL=info
COPY --from=build --chown=app:app /out/server /usr/local/bin/server
COPY --from=test /out/test.log /usr/share/doc/server/
COPY --from=assets --chown=app:app /assets/web ./web
COPY --chmod=755 scripts/entrypoint.sh /entrypoint.sh
EXPOSE 8080/tcp
VOLUME /srv/data
USER app
HEALTHCHECK --interval=30s --timeout=3s CMD wget -qO- http://localhost:$PORT/health
ENTRYPOINT ["/entrypoint.sh"]
CMD ["server", "--config", "/srv/config.yaml"]
"""


def runs(count: int) -> str:
    return BASE + "".join(f"RUN echo step {i} > /f{i}\n" for i in range(count))


def copies(count: int) -> str:
    return BASE + "".join(f"COPY f{i} /f{i}\n" for i in range(count))


def chain(count: int) -> str:
    stages = [BASE.replace("\n", " AS s0\n") + "RUN echo 0 > /f0\n"]
    stages += [f"FROM alpine:3.20 AS s{i}\nCOPY --from=s{i - 1} /f{i - 1} /f{i}\n"
               for i in range(1, count)]
    return "".join(stages)


def environment(count: int) -> str:
    return BASE + "".join(f"ENV V{i}=value{i}\n" for i in range(count)) + \
        "".join(f"RUN echo step {i} > /f{i}\n" for i in range(count))


def write(folder: Path) -> dict[str, Path]:
    """Writes every input; the names are the rows of the table."""
    inputs = {
        "small, 10 lines": SMALL,
        "typical, 60 lines, 7 stages": TYPICAL,
        "1,000 RUN": runs(1000),
        "10,000 RUN": runs(10000),
        "100,000 RUN": runs(100000),
        "10,000 COPY": copies(10000),
        "1,000 chained stages": chain(1000),
        "1,000 ENV, then 1,000 RUN": environment(1000),
    }
    paths = {}
    for name, text in inputs.items():
        path = folder / (name.replace(",", "").replace(" ", "-") + ".Dockerfile")
        path.write_text(text)
        paths[name] = path
    return paths
