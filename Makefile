# Everything a newcomer needs: `make run` starts the service, `make test` checks it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# Libraries from the distribution (Debian 12 names), in one place for people, containers and CI.
APT_PACKAGES := libopenblas-dev libdnnl-dev libturbojpeg0-dev libspng-dev zlib1g-dev libssl-dev libcurl4-openssl-dev libsqlite3-dev pkg-config curl
RELEASE := .build/release/multiads
DATA ?= data
PORT ?= 8080
# `make test FILTER=Tokenizer` runs the suites whose name matches.
FILTER ?=

.PHONY: help setup build run test test-full lint format bench bench-growth bench-results bench-server bench-fewshot bench-startup portability crash docs contract console golden clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: ## install what the build needs (apt; asks for sudo when not root)
	@Tools/setup.sh $(APT_PACKAGES)

build: setup ## build the release binary, one file: .build/release/multiads
	swift build -c release --product multiads --static-swift-stdlib

run: build ## start the service on http://127.0.0.1:8080 (PORT=, DATA= to change)
	$(RELEASE) serve --port $(PORT) --data $(DATA)

# One test after another: live servers and arithmetic side by side starve each other on two cores, and clients then wait in vain.
test: setup ## run all tests but the full-size ones
	swift test --no-parallel $(if $(FILTER),--filter '$(FILTER)')

test-full: setup ## compare a full-size random ViT-L-14-336 at 518 pixels with OpenCLIP (needs Python, 4 GB of disk)
	Tools/golden/test_full.sh

lint: ## check formatting, module imports and scripts
	swift format lint --strict --recursive --parallel Sources Tests Migrations Package.swift
	Tools/check_imports.sh

format: ## rewrite the sources in the project's format
	swift format --in-place --recursive --parallel Sources Tests Migrations Package.swift

bench: build ## measure the image tower beside PyTorch in one run (needs Python, see Tools/bench)
	Tools/bench/run.sh

crash: build ## kill the service 200 times under load and check that nothing acknowledged is lost (ROUNDS= to change)
	MULTIADS_PROGRAM=$(CURDIR)/$(RELEASE) CRASH_ROUNDS=$(or $(ROUNDS),200) swift test --filter CrashRecovery

bench-results: build ## measure lists, exports, retention and start-up over a million results (needs Python)
	Tools/bench/results.py

bench-fewshot: build ## measure few-shot inspection over HTTP beside PyTorch (needs Python, see Tools/bench)
	$(or $(PYTHON),python3) Tools/bench/fewshot.py

bench-server: build ## measure the HTTP server beside nginx and Hummingbird (needs nginx, wrk, Python)
	swift build -c release --package-path Tools/bench/hummingbird
	Tools/bench/server.py

bench-growth: build ## measure how inspections grow with side, references, states, clients, threads, and draw it (needs Python)
	Tools/bench/growth.py

portability: build ## run the binary on emulated old processors, and the kernels on an arm64 (needs qemu-user, gcc-aarch64-linux-gnu, Python)
	Tools/portability.sh $(RELEASE)

bench-startup: build ## measure start-up and memory with a full-size model in every precision (needs Python, see make test-full)
	Tools/bench/startup.py

docs: build ## run the commands of docs/api.md against a fresh server and write their output below them (needs python3, curl)
	Tools/docs/api.py --program $(RELEASE)

contract: build ## hold a running service against its OpenAPI document and ordinary clients (needs Python, see Tools/contract)
	Tools/contract/run.sh $(RELEASE)

console: build ## use the operator console in headless Chromium (needs Chromium, Python; SHOTS=FOLDER keeps pictures)
	Tools/console/run.sh $(RELEASE) $(SHOTS)

golden: ## make the golden files again (needs Python, see Tools/requirements.txt)
	Tools/golden/make_all.sh

clean: ## remove build products
	rm -rf .build
