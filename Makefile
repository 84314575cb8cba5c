# Targets are listed by `make help`. Building and running need Go and make
# alone; the checks also need a network for golangci-lint the first time.

GO            ?= go
VERSION       ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BIN           := bin/pingyi
TAGS          := timetzdata
LDFLAGS       := -s -w -X main.version=$(VERSION)
LINT_VERSION  := v2.15.0
LINT          := .tools/$(LINT_VERSION)/golangci-lint
TEST_TIMEOUT  ?= 20m
FUZZTIME      ?= 30s
# More flags for go test, such as -v or -run.
TESTFLAGS     ?=
# Modules inside the module: built and tested by themselves.
NESTED        := $(patsubst %/,%,$(dir $(wildcard */go.mod)))
# -race needs cgo and a C compiler; empty where there is none.
RACE           = $(shell test "$$($(GO) env CGO_ENABLED)" = 1 && command -v "$$($(GO) env CC)" >/dev/null 2>&1 && echo -race)

.DEFAULT_GOAL := help
.PHONY: help run build test lint fuzz bench drill migrate licenses image clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build and start the demo, with a simulator and a Redis inside
	PINGYI_ENV=demo exec $(BIN) serve

build: ## make bin/pingyi: static, time zones embedded
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/pingyi

test: ## all tests; MariaDB, Redis and browser suites where PINGYI_TEST_* are set
	$(GO) test $(RACE) -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./...
ifneq ($(PINGYI_TEST_BROWSER),)
	set -e; for module in $(NESTED); do (cd $$module && $(GO) test -timeout $(TEST_TIMEOUT) $(TESTFLAGS) ./...); done
endif

lint: $(LINT) ## gofmt, go vet, golangci-lint and the repository's own rules
	scripts/check-repository
	scripts/licenses --check
	$(GO) vet ./...
	$(LINT) run ./...
	set -e; for module in $(NESTED); do (cd $$module && $(GO) vet ./... && $(CURDIR)/$(LINT) run --config $(CURDIR)/.golangci.yml ./...); done

$(LINT):
	GOBIN=$(CURDIR)/$(dir $(LINT)) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

fuzz: ## every fuzz target for FUZZTIME (30s)
	FUZZTIME=$(FUZZTIME) scripts/fuzz

bench: ## every benchmark
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m $(TESTFLAGS) ./...

drill: ## every drill of docs/drills, on servers of its own (as root: one mounts a tmpfs)
	scripts/drill

migrate: build ## bring the database of PINGYI_DATABASE up to date
	$(BIN) migrate

licenses: ## write THIRD_PARTY_LICENSES anew
	scripts/licenses

image: build ## build the image pingyi:VERSION, with docker or buildah
	scripts/image pingyi:$(VERSION)

clean: ## remove what the targets made, except the demo's data
	rm -rf bin .tools
