#!/usr/bin/env bash
# Builds everything and runs every test, on a bare Debian 12 with the .NET 10 SDK.
#
#   ./test.sh                 all projects
#   ./test.sh UnitTests       the projects whose name contains a word
#   ./test.sh Shipping        images, chart, packages and the rest of what is not a program; see tests/Shipping/check.sh
#   BROKER_CHECK_IMAGES=no ./test.sh      without building images and packages and trying them, which takes eight minutes;
#                                         with yes they must be built, else only where containers run and there is time
#
# Installs through apt what is missing. Ends with "N passed, N failed"; exit status 0 only when tests ran and none failed.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 CI=true
# No build server may outlive this script.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# Processes that tests start inherit this mark; whoever still carries it at the end was left behind.
run_mark="broker-test-$$-$(date +%s)"
export BROKER_TEST_RUN="$run_mark"
# Here npm is to be had, and a dashboard that does not build is a failure.
export BrokerDashboard=require
readonly project_seconds_max=720
readonly shipping_seconds_max=1080
# A build machine ends the run after 25 minutes. What takes minutes begins only when it can be done by then.
readonly run_seconds_max=1380
readonly js_folder=tests/Broker.IntegrationTests/js

root_command=()
if [ "$(id -u)" -ne 0 ]; then root_command=(sudo); fi

say() { printf '\n== %s\n' "$*"; }

# apt starts the services it installs; a mosquitto on port 1883 would be in the way of the tests.
keep_services_down() {
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' | "${root_command[@]}" tee /usr/sbin/policy-rc.d >/dev/null
    "${root_command[@]}" chmod 755 /usr/sbin/policy-rc.d
    trap '"${root_command[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
  fi
}

install_missing() {
  local missing=()
  [ -x /usr/sbin/mosquitto ] || missing+=(mosquitto)
  command -v mosquitto_pub >/dev/null || missing+=(mosquitto-clients)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  command -v gcc >/dev/null || missing+=(gcc)
  [ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
  [ -e /usr/include/MQTTAsync.h ] || missing+=(libpaho-mqtt-dev)
  [ -d /usr/lib/python3/dist-packages/paho/mqtt ] || missing+=(python3-paho-mqtt)
  command -v promtool >/dev/null || missing+=(prometheus)
  compgen -G '/usr/lib/*/libargon2.so.1' >/dev/null || missing+=(libargon2-1)
  command -v systemd-analyze >/dev/null || missing+=(systemd)
  command -v iptables >/dev/null || missing+=(iptables)
  [ -x /usr/bin/chromium ] || missing+=(chromium)
  if [ "${#missing[@]}" -eq 0 ]; then return; fi
  say "apt: ${missing[*]}"
  keep_services_down
  "${root_command[@]}" apt-get update -qq
  "${root_command[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The number behind NAME="..." in the first <Counters> of a trx file; 0 when the file is not there.
counter() {
  local value
  value=$(grep -o -m1 "<Counters [^>]*" "$1" 2>/dev/null | grep -o " $2=\"[0-9]*\"" | grep -o '[0-9]*') || true
  echo "${value:-0}"
}

# Only programs started by this script carry the mark: a shell's own environment block is the one it was started with.
left_processes() {
  local folder
  for folder in /proc/[0-9]*; do
    if tr '\0' '\n' <"$folder/environ" 2>/dev/null | grep "^BROKER_TEST_RUN=$run_mark\$" >/dev/null; then
      echo "${folder#/proc/}"
    fi
  done 2>/dev/null
}

passed=0 failed=0 skipped=0 results="$(pwd)/artifacts/test-results"

run_project() {
  local project=$1 name status=0 trx
  name=$(basename "$project" .csproj)
  trx="$results/$name.trx"
  say "$name"
  timeout -k 10 "$project_seconds_max" dotnet test "$project" --no-build -c Release \
    --logger "trx;LogFileName=$trx" --logger "console;verbosity=normal" >"$results/$name.log" 2>&1 || status=$?
  local p f s
  p=$(counter "$trx" passed) f=$(counter "$trx" failed)
  s=$(($(counter "$trx" total) - $(counter "$trx" executed)))
  if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
    # The test host crashed, hung or found nothing: that is a failure although no test says so.
    echo "$name ended with status $status without a failed test"
    f=1
  fi
  if [ "$status" -ne 0 ]; then
    grep -v -E '^ +(Passed|\[xUnit)' "$results/$name.log" | tail -n 400 || true
  else
    grep -E '^ +Skipped ' "$results/$name.log" || true
  fi
  echo "$name: $p passed, $f failed, $s skipped"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# What a message may allocate on its way. The same in each run, so it is checked here; times are for people to read.
check_allocations() {
  local log="$results/Broker.Benchmarks.log" status=0
  say "Broker.Benchmarks"
  timeout -k 10 "$project_seconds_max" \
    dotnet tests/Broker.Benchmarks/bin/Release/net10.0/Broker.Benchmarks.dll allocations >"$log" 2>&1 || status=$?
  if [ "$status" -eq 0 ]; then
    tail -n 1 "$log"
    passed=$((passed + 1))
  else
    cat "$log"
    echo "Broker.Benchmarks: the check of the allocations ended with status $status"
    failed=$((failed + 1))
  fi
}

# A minute of what nobody thought of. What it finds comes with the input.
check_fuzzing() {
  local log="$results/Broker.Fuzzing.log"
  say "Broker.Fuzzing"
  if timeout -k 10 "$project_seconds_max" bench/fuzz.sh --seconds 45 >"$log" 2>&1; then
    grep ' inputs, ' "$log"
    passed=$((passed + 1))
  else
    cat "$log"
    echo "Broker.Fuzzing: an input was found, or it did not run"
    failed=$((failed + 1))
  fi
}

# What is shipped beside the program. Counts like a project. check_shipping SECONDS PART...
check_shipping() {
  local seconds_max=$1 log="$results/Shipping-$2.log" status=0 counts
  say "Shipping: ${*:2}"
  timeout -k 60 "$seconds_max" tests/Shipping/check.sh "${@:2}" >"$log" 2>&1 || status=$?
  counts=$(tail -n 1 "$log")
  if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
  elif [ "$status" -eq 124 ] && [ "$check_images" = auto ]; then
    counts="skipped: not done within the $seconds_max seconds that were left"
    skipped=$((skipped + 1)) status=0
  else
    failed=$((failed + 1))
  fi
  if [ "$status" -eq 0 ]; then grep -E '^ +skipped: ' "$log" || true; else cat "$log"; fi
  echo "Shipping: $counts"
}

# check_slow_shipping SECONDS PART...: parts that take so long. Only an explicit yes has them begin late.
check_slow_shipping() {
  local left=$((run_seconds_max - SECONDS))
  if [ "$check_images" = yes ]; then
    check_shipping "$shipping_seconds_max" "${@:2}"
  elif [ "$left" -ge "$1" ]; then
    check_shipping "$left" "${@:2}"
  else
    echo "Shipping: skipped: ${*:2}: they take $1 seconds, $left are left"
    skipped=$((skipped + 1))
  fi
}

check_images=${BROKER_CHECK_IMAGES:-auto}

install_missing

if [ -f "$js_folder/package-lock.json" ]; then
  say "npm packages of the JavaScript client tests"
  (cd "$js_folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

readonly dashboard_folder=src/Broker/Admin/Dashboard
say "build"
dotnet build Broker.sln -c Release -v q -nodeReuse:false -p:UseSharedCompilation=false

say "types of the dashboard"
(cd "$dashboard_folder" && npm run --silent check)

rm -rf "$results"
mkdir -p "$results"
for project in tests/*/*.csproj; do
  if grep -q '<IsTestProject>true' "$project" && [[ "$project" == *"${1:-}"* ]]; then run_project "$project"; fi
done
if [[ tests/Broker.Benchmarks == *"${1:-}"* ]]; then check_allocations; fi
if [[ tests/Broker.Fuzzing == *"${1:-}"* ]]; then check_fuzzing; fi
if [[ tests/Shipping == *"${1:-}"* ]]; then
  check_shipping "$shipping_seconds_max" lint rules dashboards chart service migration
  if [ "$check_images" != no ]; then
    check_slow_shipping 360 image compose
    check_slow_shipping 330 package
  fi
fi

left=$(left_processes)
if [ -n "$left" ]; then
  say "processes left behind by tests"
  for pid in $left; do
    echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
    kill -KILL "$pid" 2>/dev/null || true
  done
  failed=$((failed + 1))
fi

echo
if [ "$skipped" -gt 0 ]; then echo "$skipped skipped"; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
