# The two commands that matter: `make run` shows the system, `make test` proves it.
# Everything else is listed by `make help`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN        := bin/ruhu
DATA       ?= data
LISTEN     ?= 127.0.0.1:8080
INTERVIEWS ?= 2000
FUZZTIME   ?= 20s
SOURCES    := $(shell git ls-files -co --exclude-standard '*.go' '*.sql' '*.yaml' '*.json' '*.xml' '*.html' '*.css' '*.c' go.mod go.sum 2>/dev/null)

WEB_SOURCES := $(shell git ls-files -co --exclude-standard web ':!web/**/test/**' ':!web/e2e' ':!web/dist' ':!web/embed.go' 2>/dev/null)
# The office console is built last: when it is there, so is the phone app.
WEB_APP     := web/dist/office/index.html

.PHONY: help run build web test test-web check bench fuzz lint mutants docker clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

build: $(BIN) ## build bin/ruhu

$(BIN): $(SOURCES) $(WEB_APP) | needs
	@mkdir -p bin
	CGO_ENABLED=1 go build -trimpath -o $@ .

web: $(WEB_APP) ## build the phone app and the office console into web/dist, which the program embeds

$(WEB_APP): $(WEB_SOURCES) | needs-web
	cd web && npm run build

run: $(BIN) ## build, fill a demo district, serve it and print where to look
	$(BIN) demo --data $(DATA) --listen $(LISTEN) --interviews $(INTERVIEWS)

test: needs lint test-web ## everything a change must pass
	go build -o bin/testreport ./internal/guard/testreport
	{ go test -json -timeout 20m ./... || true; } | bin/testreport

# What the program is built with. Debian packages are fetched when they are missing and we may.
.PHONY: needs
needs:
	@command -v go >/dev/null || { echo "ruhu needs Go 1.26 or newer: https://go.dev/dl" >&2; exit 1; }
	@command -v gcc >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -qy gcc libc6-dev; } \
	  || { echo "ruhu needs gcc (Debian: apt-get install gcc libc6-dev)" >&2; exit 1; }

# Packages of npm are installed when package-lock.json names others than are there. None of them runs a script of its own.
.PHONY: needs-web
needs-web:
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -qy nodejs npm; } || true
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null \
	  || { echo "the phone app needs Node 20.19 or newer and npm: https://nodejs.org (without it: go build .)" >&2; exit 1; }
	@cd web && { node tools/installed.mjs || npm ci --ignore-scripts --prefer-offline --no-audit --no-fund; }

test-web: needs-web ## types and unit tests of web/
	cd web && npm test

lint: ## gofmt and vet
	@out=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); [ -z "$$out" ] || { echo "gofmt would change:"; echo "$$out"; exit 1; }
	go vet ./...

bench: $(BIN) ## measure, with a floor in the same run (docs/benchmarks.md)
	$(BIN) bench all

fuzz: ## every decoder for FUZZTIME
	@failed=""; for target in $$(grep -roE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed 's/:func /:/'); do \
	  dir=$$(dirname $${target%%:*}); name=$${target##*:}; echo "== $$dir $$name"; \
	  go test $$dir -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x || failed="$$failed $$name"; done; \
	[ -z "$$failed" ] || { echo "found something:$$failed" >&2; exit 1; }

mutants: ## break the program on purpose in the ways that matter; each must turn a test red
	go run ./internal/guard/mutants

IMAGE ?= ruhu
docker: ## build the image (docker or buildah)
	@if command -v buildah >/dev/null; then buildah bud -t $(IMAGE) .; else docker build -t $(IMAGE) .; fi

clean: ## remove what was built (never data)
	rm -rf bin web/dist/phone web/dist/office
