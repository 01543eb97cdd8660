# Needs make, a POSIX shell and Go; a C compiler too for the race detector, without which the tests
# still run. "make" alone lists the targets.

SHELL := /bin/sh
GO    ?= go
BIN   := bin/epilogue
TOOL  := $(GO) tool -modfile=.ci/tools.mod

ARGS      ?=
BENCH     ?= .
BENCHTIME ?= 1s
SCHEDULES ?= 10000

.DEFAULT_GOAL := help
# The targets share the build cache and the cores, so "make -j" gains nothing by mixing them.
.NOTPARALLEL:
.PHONY: help run test soak lint fmt build bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

run: ## try the bot in a local sandbox with a demo incident, without Slack (ARGS="..." adds flags)
	$(GO) run ./cmd/epilogue sandbox --demo $(ARGS)

# Go's race detector needs cgo on most platforms, and some have none; vet needs a C compiler only
# where cgo is on. So cgo is turned off where its compiler is missing, and Go is asked for the rest.
test: ## vet, then every test, in random order and with the race detector
	@set -- $$($(GO) env CC); race=-race; \
	if ! command -v "$$1" >/dev/null 2>&1; then export CGO_ENABLED=0; fi; \
	if ! $(GO) list -race unsafe >/dev/null 2>&1; then \
		race=; echo "make test: the race detector needs a C compiler (gcc) and found none: testing WITHOUT -race"; \
	fi; \
	set -x; $(GO) vet ./... && $(GO) test $$race -shuffle=on -timeout=10m ./...

soak: ## ten thousand random schedules of crashes, faults and people at once (SCHEDULES=1000, ARGS="-seed 7")
	$(GO) test ./internal/simulation -run Whatever -count=1 -timeout=2h -schedules $(SCHEDULES) $(ARGS)

lint: ## gofumpt and golangci-lint (they are built once, which takes minutes)
	@unformatted=$$($(TOOL) gofumpt -l .) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "make fmt would change:"; echo "$$unformatted"; exit 1; fi
	$(TOOL) golangci-lint run

fmt: ## format the code
	$(TOOL) gofumpt -w .

build: ## the program, as bin/epilogue
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/epilogue

bench: ## benchmarks (BENCH=regexp, BENCHTIME=3s)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -benchtime $(BENCHTIME) ./...

clean: ## remove what the other targets made; databases and caches stay
	rm -rf bin
