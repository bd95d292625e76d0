# shellcheck shell=bash
# What the scripts of this folder share: servers that are started and stopped by process id, in a folder that goes away.
# Everything listens on 127.0.0.1 only.
set -euo pipefail

bench_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
load_dll="$bench_root/bench/Load/bin/Release/net10.0/broker-load.dll"
broker_dll="$bench_root/src/Broker/bin/Release/net10.0/broker.dll"
work=$(mktemp -d "${TMPDIR:-/tmp}/broker-bench.XXXXXX")
# PostgreSQL runs under another account and has to get through.
chmod 755 "$work"
server_pid="" server_port="" server_log="" server_lines=() load_pid="" postgres_port="" postgres_run=() usable=() failures=()

say() { printf '%s\n' "$*" >&2; }

die() { say "$*"; exit 2; }

# Runs beside the shell, because a shell that runs something in the foreground hears no signal until that ends.
load() {
  local status=0
  dotnet "$load_dll" "$@" &
  load_pid=$!
  wait "$load_pid" || status=$?
  load_pid=""
  return "$status"
}

# The number behind "NAME": in a line of JSON; 0 when it is not there.
field() {
  local value
  value=$(sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p")
  echo "${value:-0}"
}

require_build() {
  [ -f "$load_dll" ] || die "Build first: dotnet build Broker.sln -c Release"
  [ -n "${BROKER_TEST_COMMAND:-}" ] || [ -f "$broker_dll" ] || die "Build first: dotnet build Broker.sln -c Release"
  case "$(stat -f -c %T "$work")" in
    tmpfs | ramfs) say "Warning: $work is in memory, a commit costs nothing there. Set TMPDIR to a folder on a disk." ;;
  esac
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

# ---- brokers

# configuration STORE FOLDER PORT: STORE is mosquitto, mosquitto-memory, memory, sqlite or postgres. A script puts further
# lines into server_lines; they belong to the listener.
configuration() {
  local store=$1 folder=$2 port=$3 type
  echo "listener $port 127.0.0.1"
  echo "allow_anonymous true"
  echo "max_queued_messages 0"
  echo "max_inflight_messages 1000"
  echo "connection_messages false"
  for type in error warning notice information; do echo "log_type $type"; done
  if [ "$(id -u)" -eq 0 ]; then echo "user root"; fi
  case $store in
    mosquitto) printf 'persistence true\npersistence_location %s/\n' "$folder" ;;
    memory | mosquitto-memory) echo "persistence false" ;;
    sqlite) printf 'persistence true\npersistence_url sqlite://%s/broker.db\n' "$folder" ;;
    postgres)
      printf 'persistence true\n'
      printf 'persistence_url postgres://bench@127.0.0.1:%s/%s\n' "$postgres_port" "$(basename "$folder")"
      ;;
    *) die "$store is not one of mosquitto, mosquitto-memory, memory, sqlite, postgres" ;;
  esac
  if [ "${#server_lines[@]}" -gt 0 ]; then printf '%s\n' "${server_lines[@]}"; fi
}

# start_server STORE FOLDER: starts on what is in the folder, empty at first. Status 1: it did not start.
start_server() {
  local store=$1 folder=$2 command=(dotnet "$broker_dll")
  if [ ! -d "$folder" ]; then
    mkdir -p "$folder"
    if [ "$store" = postgres ]; then create_database "$(basename "$folder")"; fi
  fi
  server_port=$(free_port)
  server_log="$folder/log"
  configuration "$store" "$folder" "$server_port" >"$folder/broker.conf"
  if [[ $store == mosquitto* ]]; then
    command=(mosquitto)
  elif [ -n "${BROKER_TEST_COMMAND:-}" ]; then
    read -r -a command <<<"$BROKER_TEST_COMMAND"
  fi
  : >"$server_log"
  # The environment must not put another store in the place of the one that is measured.
  env -u BROKER_PERSISTENCE_URL "${command[@]}" -c "$folder/broker.conf" >"$server_log" 2>&1 &
  server_pid=$!
  local waited
  for ((waited = 0; waited < 600; waited++)); do
    if grep -q ' running$' "$server_log"; then return 0; fi
    if ! kill -0 "$server_pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  say "$store did not start: $(tail -n 1 "$server_log")"
  stop_server
  return 1
}

# Stops as a service file does; a server that does not go is killed and counts as a failure.
stop_server() {
  [ -n "$server_pid" ] || return 0
  local waited
  kill -TERM "$server_pid" 2>/dev/null || true
  for ((waited = 0; waited < 1200; waited++)); do
    if ! kill -0 "$server_pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  if kill -KILL "$server_pid" 2>/dev/null; then failures+=("a server did not stop within two minutes"); fi
  wait "$server_pid" 2>/dev/null || true
  server_pid=""
}

# store_counters: the three numbers of the last line "Store closed: ...", or nothing.
store_counters() {
  local number='\([0-9]*\)'
  sed -n "s/.*Store closed: $number commits, $number rows written, $number rows never.*/\1 \2 \3/p" "$server_log" | tail -n 1
}

# ---- PostgreSQL: a cluster of our own with the settings that it comes with, fsync among them

postgres_folder() {
  local folder
  folder=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$folder" ] && [ -x "$folder/initdb" ]; then echo "$folder"; fi
}

# Status 1: there is none to be had.
start_postgres() {
  [ -z "$postgres_port" ] || return 0
  local programs data="$work/cluster"
  programs=$(postgres_folder)
  if [ -z "$programs" ]; then
    say "skipped: postgres (apt install postgresql; its service need not run)"
    return 1
  fi
  mkdir "$data"
  if [ "$(id -u)" -eq 0 ]; then
    # initdb refuses to run as root.
    chown postgres "$data"
    postgres_run=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  fi
  "${postgres_run[@]}" "$programs/initdb" -D "$data/data" -U bench -A trust -E UTF8 --locale=C.UTF-8 >"$work/initdb.log" 2>&1
  postgres_port=$(free_port)
  (cd "$data" && "${postgres_run[@]}" "$programs/pg_ctl" -D "$data/data" -l "$data/log" -w \
    -o "-p $postgres_port -k $data -c listen_addresses=127.0.0.1" start) >"$work/pg_ctl.log" 2>&1 ||
    die "PostgreSQL did not start: $(tail -n 3 "$data/log")"
  [ "$(query postgres 'show fsync')" = on ] || die "PostgreSQL runs without fsync; its figures would mean nothing"
}

stop_postgres() {
  [ -n "$postgres_port" ] || return 0
  (cd "$work/cluster" && "${postgres_run[@]}" "$(postgres_folder)/pg_ctl" -D "$work/cluster/data" -m fast -w stop) \
    >>"$work/pg_ctl.log" 2>&1 || say "PostgreSQL did not stop: see $work/pg_ctl.log"
  postgres_port=""
}

query() { "$(postgres_folder)/psql" -X -q -A -t -h 127.0.0.1 -p "$postgres_port" -U bench -d "$1" -c "$2"; }

create_database() { query postgres "create database \"$1\""; }

# remove_folder STORE FOLDER: a run leaves nothing that the next one would pay for.
remove_folder() {
  if [ "$1" = postgres ]; then query postgres "drop database \"$(basename "$2")\" with (force)"; fi
  rm -rf "$2"
}

# ---- the end

# find_stores STORE,STORE...: puts those that can be measured here into usable, and says what is missing.
find_stores() {
  local store
  for store in ${1//,/ }; do
    case $store in
      mosquitto*) command -v mosquitto >/dev/null || { say "skipped: mosquitto (apt install mosquitto)"; continue; } ;;
      postgres) start_postgres || continue ;;
      memory | sqlite) ;;
      *) die "$store is not one of mosquitto, mosquitto-memory, memory, sqlite, postgres" ;;
    esac
    usable+=("$store")
  done
}

# checked NAME COMMAND...: a run that found something wrong is written down, and the rest goes on.
checked() {
  local name=$1 status=0
  shift
  "$@" || status=$?
  if [ "$status" -ne 0 ]; then failures+=("$name: broker-load ended with status $status"); fi
}

describe_machine() {
  local revision
  revision=$(git -C "$bench_root" rev-parse --short HEAD 2>/dev/null || echo unknown)
  if [ -n "$(git -C "$bench_root" status --porcelain -uno 2>/dev/null)" ]; then revision+=", changed"; fi
  echo "Commit $revision, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg) at the start."
}

# Ends the script with what went wrong, if anything did.
finish() {
  if [ "${#failures[@]}" -eq 0 ]; then exit 0; fi
  printf '\nFAILED:\n'
  printf -- '- %s\n' "${failures[@]}"
  exit 1
}

clean_up() {
  local status=$?
  trap - EXIT
  if [ -n "$load_pid" ]; then kill -TERM "$load_pid" 2>/dev/null || true; fi
  stop_server
  stop_postgres
  rm -rf "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
