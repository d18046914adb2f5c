# Built with docker or buildah. The three base images are arguments so that a site can name its own mirror or a local image.
ARG GO_IMAGE=golang:1.26-bookworm
ARG NODE_IMAGE=node:20-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${NODE_IMAGE} AS web
WORKDIR /src
COPY . .
RUN cd web && npm ci --ignore-scripts --no-audit --no-fund && npm run build && rm -rf node_modules

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY --from=web /src .
RUN CGO_ENABLED=1 go build -trimpath -ldflags "-s -w" -o /out/ruhu .

FROM ${BASE_IMAGE}
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin ruhu \
 && mkdir /data && chown ruhu /data
COPY --from=build /out/ruhu /usr/local/bin/ruhu
USER ruhu
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["ruhu", "doctor", "--probe", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["ruhu"]
CMD ["serve", "--data", "/data", "--listen", "0.0.0.0:8080", "--behind-proxy"]
