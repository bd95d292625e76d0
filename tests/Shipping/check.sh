#!/usr/bin/env bash
# Checks what is shipped beside the program: images, compose files, chart, dashboards, rules, service unit, packages, guides.
#
#   tests/Shipping/check.sh                  all parts, with the Release build of src/Broker
#   tests/Shipping/check.sh chart rules      some of: lint rules dashboards chart service migration package image compose
#
# lint, dashboards, chart, image and compose go through tools that lie in ../shared/tools on the machines of this project, and are
# skipped where these are not. image and compose build with podman, as root. Ends with "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$(pwd)
tools=$here/../shared/tools
work=$(mktemp -d)
passed=0 failed=0 skipped=0
started=()
# shellcheck source=tests/Shipping/parts.sh
source "$here/tests/Shipping/parts.sh"
# shellcheck source=tests/Shipping/containers.sh
source "$here/tests/Shipping/containers.sh"

clean_up() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  containers_down
  rm -rf "$work"
}
trap clean_up EXIT

say() { printf -- '-- %s\n' "$*"; }
pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "  FAIL $*"; }
skip() { skipped=$((skipped + 1)); echo "  skipped: $*"; }

# expect WORDS COMMAND...: the command must succeed; what it says is shown when it does not.
expect() {
  local words=$1
  shift
  if "$@" >"$work/expect.log" 2>&1; then pass; else fail "$words"; tail -n 25 "$work/expect.log" | sed 's/^/    /'; fi
}

# expect_text WORDS TEXT COMMAND...: what the command says, whether it succeeds or not, must contain the text.
expect_text() {
  local words=$1 text=$2
  shift 2
  "$@" >"$work/expect.log" 2>&1 || true
  if grep -qF -- "$text" "$work/expect.log"; then pass; else
    fail "$words: not in what follows: $text"
    tail -n 25 "$work/expect.log" | sed 's/^/    /'
  fi
}

# tally COMMAND...: a tool of ../shared, whose last line is "N passed, M failed".
tally() {
  local counts
  "$@" >"$work/tally.log" 2>&1 || true
  counts=$(tail -n 1 "$work/tally.log")
  if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    if [ "${BASH_REMATCH[2]}" -ne 0 ]; then sed 's/^/    /' "$work/tally.log"; fi
  else
    fail "$* gave no count"
    tail -n 25 "$work/tally.log" | sed 's/^/    /'
  fi
}

# has_tool NAME: whether ../shared has it; says so when not.
has_tool() {
  if [ -x "$tools/$1/$1.sh" ]; then return 0; fi
  skip "$part: ../shared/tools/$1 is not here"
  return 1
}

# wait_for SECONDS COMMAND...: tries until it succeeds.
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >"$work/wait.log" 2>&1; do
    if [ "$SECONDS" -ge "$until" ]; then cat "$work/wait.log"; return 1; fi
    sleep 0.3
  done
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# fetch URL: its text; fails when the answer is not a good one.
fetch() {
  node -e '
    fetch(process.argv[1]).then(
      async answer => { process.stdout.write(await answer.text()); process.exitCode = answer.ok ? 0 : 1; },
      error => { console.error(String(error.cause ?? error)); process.exitCode = 1; })' "$1"
}

run_broker() { ${BROKER_TEST_COMMAND:-dotnet "$here/src/Broker/bin/Release/net10.0/broker.dll"} "$@"; }

# start_broker FILE LOG: in the background, until its log says that it serves.
start_broker() {
  # shellcheck disable=SC2086
  (exec ${BROKER_TEST_COMMAND:-dotnet "$here/src/Broker/bin/Release/net10.0/broker.dll"} -c "$1" >"$work/broker.out" 2>&1) &
  broker_pid=$!
  started+=("$broker_pid")
  wait_for 30 grep -q ' running$' "$2" "$work/broker.out" || { cat "$work/broker.out"; return 1; }
}
stop_broker() { kill -TERM "$broker_pid" && wait "$broker_pid"; }

parts=("$@")
if [ ${#parts[@]} -eq 0 ]; then parts=(lint rules dashboards chart service migration package image compose); fi
for part in "${parts[@]}"; do
  if ! declare -F "part_$part" >/dev/null; then echo "check.sh: there is no part $part" >&2; exit 2; fi
  say "$part"
  SECONDS=0
  "part_$part"
  echo "  $SECONDS s"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
