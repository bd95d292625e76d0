#!/usr/bin/env bash
# Subscribers that stop reading while publishers send gigabytes, with each drop_policy and payloads of two sizes: what they cost,
# what of theirs is in the store, what is dropped and counted, whom they slow down, and whether they get what they are owed when
# they read again. Exit status 1: something of it does not hold, and is named.
#
#   bench/slow.sh [--seconds 20] [--subscribers 4] [--policies newest,oldest,reject] [--payloads 100,65536]
#                 [--stores sqlite,postgres]
#
# --subscribers is for each kind: volatile and persistent, each with QoS 0, 1 and 2. Runs named "stored" have persistent ones with
# QoS 1 and 2 alone, whose queues are in the store.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

seconds=20 subscribers=4 policies=newest,oldest,reject payloads=100,65536 stores=sqlite
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2 ;;
    --subscribers) subscribers=$2 ;;
    --policies) policies=$2 ;;
    --payloads) payloads=$2 ;;
    --stores) stores=$2 ;;
    *) die "usage: bench/slow.sh [--seconds N] [--subscribers N] [--policies A,B] [--payloads N,N] [--stores A,B]" ;;
  esac
  shift 2 || die "$1 needs a value"
done
readonly queued_messages=20000 queued_bytes=16777216
readonly rows="select (select count(*) from mqtt_queued) + (select count(*) from mqtt_inflight)"

# probe_command STORE: what prints how many messages the store has for sessions.
probe_command() {
  if [ "$1" = sqlite ]; then
    echo "python3 -c \"import sqlite3; print(sqlite3.connect('file:$folder/broker.db?mode=ro', uri=True)" \
      ".execute('$rows').fetchone()[0])\""
  else
    echo "'$(postgres_folder)/psql' -X -q -A -t -h 127.0.0.1 -p $postgres_port -U bench -c '$rows' '$(basename "$folder")'"
  fi
}

# run_one STORE POLICY PAYLOAD KIND: KIND is all or stored.
run_one() {
  local store=$1 policy=$2 payload=$3 kind=$4 label="$1, $2, $3 bytes, $4" admin options=()
  folder="$work/run_${store}_$RANDOM$RANDOM"
  admin=$(free_port)
  server_lines=("drop_policy $policy" "max_queued_messages $queued_messages" "max_queued_bytes $queued_bytes")
  server_lines+=("admin_listener $admin")
  if ! start_server "$store" "$folder"; then
    failures+=("$label: the broker did not start")
    remove_folder "$store" "$folder"
    return
  fi
  if [ "$kind" = stored ]; then options=(--persistent); fi
  checked "$label" load slow --policy "$policy" --queued-messages "$queued_messages" --queued-bytes "$queued_bytes" \
    --payload "$payload" --subscribers "$subscribers" --seconds "$seconds" "${options[@]}" --port "$server_port" \
    --admin "$admin" --pid "$server_pid" --probe "$(probe_command "$store")" --label "store=$store" --label "policy=$policy" \
    --label "readers_are=$kind" --json >"$folder/line.json"
  cat "$folder/line.json" >>"$work/results.jsonl"
  say "$label: $(field mb_published <"$folder/line.json") MB published"
  stop_server
  remove_folder "$store" "$folder"
}

require_build
touch "$work/results.jsonl"
find_stores "$stores"
machine=$(describe_machine)
for store in "${usable[@]}"; do
  for payload in ${payloads//,/ }; do
    for policy in ${policies//,/ }; do run_one "$store" "$policy" "$payload" all; done
    run_one "$store" "${policies%%,*}" "$payload" stored
  done
done

echo "$machine $((subscribers * 6)) readers, $seconds s without reading; queues of $queued_messages messages," \
  "$queued_bytes bytes; memory in MB."
echo
columns="mb_published:published:0,flood_per_second_all_read:QoS 1 and 2/s while all read:0,flood_per_second:while nobody reads:0"
columns+=",beside_per_second_all_read:bystander/s while all read:0,beside_per_second:while nobody reads:0"
columns+=",rss_mb_all_read:all read:0,rss_mb_peak:peak:0,kib_per_slow_connection:KiB a reader:0,rss_mb_left:all have left:0"
columns+=",rows_in_store:rows in the store:0,missing:dropped and counted:0,visitor_p50_us:new client p50 us:0"
columns+=",visitor_max_us:max us:0"
load table --by store,payload,policy,readers_are --columns "$columns" "$work/results.jsonl"
finish
