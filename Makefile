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
FUZZTIME  ?= 30s

.DEFAULT_GOAL := help
# The targets share the build cache and the cores, so "make -j" gains nothing by mixing them.
.NOTPARALLEL:
.PHONY: help run test fidelity pictures soak lint fmt build bench bench-peers clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## try the bot in a local Slack, which keeps what happens in it in .epilogue (ARGS="..." adds flags)
	@$(GO) run ./cmd/epilogue sandbox --demo --calendar --dir .epilogue $(ARGS)

# Go's race detector needs cgo on most platforms, and some have none; vet needs a C compiler only
# where cgo is on. So cgo is turned off where its compiler is missing, and Go is asked for the rest. The
# scripts and the stories go alone, one after the other: they tell by the clock when a bot has come to rest, and
# a browser takes all there is.
test: ## vet, then every test, in random order and with the race detector
	@set -- $$($(GO) env CC); race=-race; \
	if ! command -v "$$1" >/dev/null 2>&1; then export CGO_ENABLED=0; fi; \
	if ! $(GO) list -race unsafe >/dev/null 2>&1; then \
		race=; echo "make test: the race detector needs a C compiler (gcc) and found none: testing WITHOUT -race"; \
	fi; \
	command -v strace >/dev/null 2>&1 || echo "make test: the tests of power cuts need strace (Debian: apt install strace) and are skipped"; \
	command -v chromium >/dev/null 2>&1 || echo "make test: the tests of the page and of whole stories need chromium (Debian: apt install chromium) and are skipped"; \
	set -x; $(GO) vet ./... && $(GO) test $$race -shuffle=on -timeout=15m $$($(GO) list ./... | grep -v -e internal/e2e -e internal/story) && \
	$(GO) test $$race -shuffle=on -timeout=15m -p=1 ./internal/e2e ./internal/story

pictures: ## the pictures of the README, of the page as it is now (needs chromium, and the font Lato: apt install fonts-lato)
	$(GO) test ./internal/story -count=1 -run 'FirstScreen|ADebriefIsScheduled|AnAdmin|WeekAfterWeek' -pictures $(CURDIR)/docs

# What make test tries a few times is tried thousands of times here, on another machine each night. Each part can be asked for alone: see the flags.
fidelity: ## the local Slack held against Slack's documentation by two clients: slack-go, and Bolt for JavaScript (needs Node.js and npm)
	@command -v npm >/dev/null 2>&1 || { echo "make fidelity: Bolt for JavaScript needs Node.js 18 or newer and npm (Debian: apt install nodejs npm)"; exit 1; }
	cd internal/fidelity/bolt && npm ci --no-audit --no-fund
	$(GO) test ./internal/fidelity -count=1 -timeout=10m -bolt

soak: ## the promises at length: 200 kills, 1,000 doubtful posts, 5,000 power cuts, two years of reminders, 10,000 random schedules, fuzzing (an hour)
	$(GO) test ./internal/promises -run Kill9 -count=1 -timeout=2h -rounds 200 -v
	$(GO) test ./internal/promises -run 'ManyPosts|Fate' -count=1 -timeout=1h -ambiguous 1000 -v
	$(GO) test ./store/boltstore -run 'PowerCut|NoSystemCall' -count=1 -timeout=2h -cuts 5000 -v
	$(GO) test ./bot -run TwoYears -count=1 -timeout=1h -months 24 -v
	$(GO) test ./internal/simulation -run Whatever -count=1 -timeout=4h -schedules $(SCHEDULES) $(ARGS)
	@for package in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
		for target in $$(grep -ho '^func Fuzz[A-Za-z0-9]*' $$package/*_test.go | cut -c 6-); do \
			echo "fuzz $$package $$target for $(FUZZTIME)"; \
			$(GO) test $$package -run '^$$' -fuzz "^$$target\$$" -fuzzminimizetime 5x -fuzztime $(FUZZTIME) || exit 1; \
		done; \
	done

lint: ## gofumpt and golangci-lint (they are built once, which takes minutes)
	@unformatted=$$($(TOOL) gofumpt -l .) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "make fmt would change:"; echo "$$unformatted"; exit 1; fi
	$(TOOL) golangci-lint run

fmt: ## format the code
	$(TOOL) gofumpt -w .

build: ## the program, as bin/epilogue
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/epilogue

# Measured is what make build makes: without cgo.
bench: ## benchmarks, as ratios in one run (BENCH=regexp, BENCHTIME=3s)
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -benchtime $(BENCHTIME) -timeout=2h ./...

bench-peers: ## the same clicks at Bolt for JavaScript, side by side (needs Node.js and npm)
	cd internal/bench/peers/bolt && npm ci --no-audit --no-fund
	CGO_ENABLED=0 $(GO) test ./internal/bench -run '^$$' -bench Peers -benchtime 1x -timeout=1h -peers

clean: ## remove what the other targets made; databases and caches stay
	rm -rf bin
