# Cosine Lab. Building and serving need Go only; make help lists the targets.

GOROOT := $(shell go env GOROOT)
# The race detector needs a C compiler; without one the tests run without it.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)
# Outside a readable git checkout the version cannot be stamped, and go would refuse to build.
STAMP := -buildvcs=$(if $(shell git rev-parse HEAD 2>/dev/null),auto,false)
BROWSER = $(shell command -v chromium || command -v chromium-browser || command -v google-chrome || command -v headless_shell)
COMMANDS := ./serve $(wildcard ./engine/cmd/* ./datasets/cmd/*)
WASM := GOOS=js GOARCH=wasm
# A wasm program fails to start when arguments and environment take more than 12 kB, hence env -i.
NODE_EXEC = env -i PATH="$(PATH)" CI=$(CI) $(GOROOT)/lib/wasm/go_js_wasm_exec

.PHONY: help run build size test test-native test-long test-js test-browser screenshot check format vet generated tidy bench bench-browser profile-browser generate clean
.NOTPARALLEL:

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: build ## build, then serve the page; ARGS="-data DIR -open" are passed on
	dist/serve $(ARGS)

build: ## make the page (FAST=1 without brotli) and the programs in dist/
	go run ./assets/cmd/build $(if $(FAST),-fast)
	CGO_ENABLED=0 go build -trimpath $(STAMP) -ldflags="-s -w" -o dist/ $(COMMANDS)

size: ## print the bytes transferred for each file of the page; fail over the budget of the first paint
	go run ./assets/cmd/build -size

test: test-native test-long test-js test-browser ## run every test

test-native: ## run the native tests, with the race detector, in short
	@$(if $(RACE),,echo "no C compiler: the native tests run without the race detector")
	go test $(RACE) -short -timeout=30m $$(go list ./... | grep -v /browsertest)

# The race detector makes tests ten times as slow, and finds nothing more in the two hundredth case.
test-long: ## run the native tests of packages that leave out some in short, in full
	go test -timeout=30m $$(grep -rl --include='*_test.go' 'testing\.Short()' . | xargs -n1 dirname | sort -u)

test-js: ## run the same tests in short, compiled for the browser, in Node
	@if command -v node >/dev/null; then set -x; \
		$(WASM) go test -short -timeout=30m -exec='$(NODE_EXEC)' \
			$$($(WASM) go list ./engine/... ./datasets/... ./ui/... ./wasm/... | grep -v -e /cmd/ -e /browsertest); \
	else echo "skipped: the tests under js/wasm need Node"; fi

test-browser: build ## run the tests of the page, and of both builds of the kernels, in headless Chromium
	@if [ -n "$(BROWSER)" ]; then set -x; go test -count=1 -p=1 -timeout=45m ./wasm/browsertest/... && \
		COSINELAB_CHROMIUM=1 go test -count=1 ./engine/backend/simd/kernels; \
	elif [ "$(CI)" = true ]; then echo "the browser tests need Chromium" >&2; exit 1; \
	else echo "skipped: the browser tests need Chromium"; fi

screenshot: build ## take the picture of the README
	SCREENSHOT=page.png go test -count=1 -run '^TestScreenshot$$' ./wasm/browsertest

check: format vet generated tidy size test ## everything that must hold before a commit

format: ## fail on files that gofmt would change
	@files=$$(gofmt -l .) && [ -z "$$files" ] || { echo "gofmt would change:" $$files >&2; exit 1; }

vet: ## go vet for this machine and for the browser
	go vet ./...
	$(WASM) go vet ./...

# Compares before and after, so that it also judges a tree with changes that are not committed yet.
generated: ## fail when make generate changes a file
	@state() { git status --porcelain; git diff; }; before=$$(state) && $(MAKE) --no-print-directory generate && \
	if [ "$$(state)" != "$$before" ]; then echo "make generate changed files, commit them:" >&2; git status --short >&2; exit 1; fi

tidy: ## fail when go mod tidy would change go.mod or go.sum
	go mod tidy -diff

bench: ## run the benchmarks
	go test -run='^$$' -bench=. ./...

bench-browser: build ## print what /bench, the start and the default experiment take in headless Chromium (BENCH=Page ARGS="-only=T,A -runs=5")
	go test -count=1 -timeout=30m -run='^$$' -bench='$(or $(BENCH),.)' -benchtime=1x ./wasm/browsertest $(ARGS)

profile-browser: ## print what the parts of a training step take in headless Chromium (ARGS="-only=D -runs=300")
	go test -count=1 -run='^$$' -bench=Profile -benchtime=1x ./wasm/browsertest/engine $(ARGS)

generate: ## write the generated files again
	go generate ./...

clean: ## remove what was built
	rm -rf dist assets/dist
