# The verbs of this repository. Whatever CI does is in `.ci/run`, a step at a time.

# List the verbs
default:
    @just --list

# Format and types, fast
check:
    cargo fmt --all --check
    cargo check --workspace --all-targets

# All tests
test *ARGS:
    cargo test --workspace {{ ARGS }}

# Everything CI checks, or some steps of it
ci *STEPS:
    .ci/run {{ STEPS }}

# Format, and mend what clippy can mend
fix:
    cargo fmt --all
    cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged

# Run the twin alone
sandbox *ARGS:
    cargo run --quiet -- sandbox {{ ARGS }}

# Write the snapshots of the tool surface; read the diff before committing it
surface:
    UPDATE_SURFACE=1 cargo test --quiet -p runpod-mcp --test it surface
    git --no-pager diff --stat -- crates/runpod-mcp/tests/surface

# Rewrite the generated parts of the documents
docs:
    cargo xtask docs

# Refresh the contract from a URL or a file (or from what Runpod serves), and show what changed
contract *SOURCE:
    cargo xtask contract pull {{ SOURCE }}

# Start-up, memory, size and token figures, in ratios
bench:
    scripts/bench.sh

# The server under load for a long time: does anything grow or get lost? 30 minutes unless said
soak *ARGS:
    scripts/soak.sh {{ ARGS }}

# The server and the twin against programs we did not write
peers:
    scripts/install-peers.sh
    scripts/peers.sh

# Two minutes of every fuzz target, or of some (needs a nightly toolchain)
fuzz *TARGETS:
    scripts/fuzz.sh 120 {{ TARGETS }}

# Ten minutes of every fuzz target, or of some
fuzz-long *TARGETS:
    scripts/fuzz.sh 600 {{ TARGETS }}

# Change the code on purpose and see which test notices; an hour at most
mutants *FILES:
    scripts/mutants.sh {{ FILES }}

# Which lines of the client and the server the tests come to (needs the tools of the compiler's LLVM)
coverage:
    scripts/coverage.sh

# What a release hands out for this platform, packed and used
packages:
    scripts/package-check.sh

# Build the archive that a release hands out for this machine (needs cargo-dist); takes twenty minutes
dist:
    RUSTFLAGS="$(scripts/learn.sh)" dist build --artifacts=local --target="$(rustc -vV | sed -n 's/^host: //p')"

# Build the published profile twice and compare the bytes; takes minutes
reproducible *ARGS:
    scripts/reproducible.sh {{ ARGS }}

# Turn the changesets into a version and a changelog (needs knope)
release:
    knope release
