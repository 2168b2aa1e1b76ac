#!/bin/sh
# Fuzzes every target for so many seconds: `fuzz/run.sh 20`, or one: `fuzz/run.sh 600 photo`. What it finds lies in
# fuzz/artifacts; corpora grow in fuzz/corpus, which git leaves out. The flags are cargo-fuzz's, which needs nothing here
# but a nightly compiler for its sanitizers; these need none, because the code that is tried has no `unsafe`.
set -eu
cd "$(dirname "$0")"
seconds=${1:-20}
targets=${2:-photo frame}
host=$(rustc -vV | sed -n 's/^host: //p')
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags="$flags -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags="$flags -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1"
RUSTFLAGS="$flags" cargo build --quiet --release --target "$host"
folder=${CARGO_TARGET_DIR:-target}/$host/release
seeds=../crates/preprocess/tests/conformance/kept
for target in $targets; do
    mkdir -p "corpus/$target" artifacts
    case $target in
        photo) more=$seeds ;;
        *) more= ;;
    esac
    # shellcheck disable=SC2086
    "$folder/$target" -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="artifacts/$target-" "corpus/$target" $more
done
