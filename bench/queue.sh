#!/usr/bin/env bash
# What queues cost in memory: 1,000,000 messages for 1,000 sessions that are away, then all return. The resident memory of the
# broker with full queues has to stay within 150 MB of what it was before.
#
#   bench/queue.sh [--messages 1000000] [--sessions 1000] [--rounds 1] [--stores sqlite,postgres]
#
# The store memory keeps queues in memory, as mosquitto does; both can be named for comparison, and neither has the limit.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

messages=1000000 sessions=1000 rounds=1 stores=sqlite,postgres
while [ $# -gt 0 ]; do
  case $1 in
    --messages) messages=$2 ;;
    --sessions) sessions=$2 ;;
    --rounds) rounds=$2 ;;
    --stores) stores=$2 ;;
    *) die "usage: bench/queue.sh [--messages N] [--sessions N] [--rounds N] [--stores A,B]" ;;
  esac
  shift 2 || die "$1 needs a value"
done
readonly growth_mb_max=150

run_one() {
  local store=$1 round=$2 folder label growth
  folder="$work/run_${store}_$RANDOM$RANDOM"
  label="$store, round $round"
  if ! start_server "$store" "$folder"; then
    failures+=("$label: $store did not start")
    remove_folder "$store" "$folder"
    return
  fi
  checked "$label" load queue --messages "$messages" --subscribers "$sessions" --port "$server_port" --pid "$server_pid" \
    --label "store=$store" --label "round=$round" --json >"$folder/line.json"
  stop_server
  cat "$folder/line.json" >>"$work/results.jsonl"
  growth=$(field rss_mb_most_over_idle <"$folder/line.json")
  if [[ $store != memory && $store != mosquitto ]] && awk "BEGIN { exit !($growth > $growth_mb_max) }"; then
    failures+=("$label: full queues took $growth MB, $growth_mb_max are allowed")
  fi
  remove_folder "$store" "$folder"
}

require_build
touch "$work/results.jsonl"
find_stores "$stores"
machine=$(describe_machine)
for ((round = 1; round <= rounds; round++)); do
  for store in "${usable[@]}"; do run_one "$store" "$round"; done
done

echo "$machine $messages messages of 64 bytes for $sessions sessions away; medians of $rounds rounds, memory in MB."
echo
columns="queued_per_second:queued/s:0,drained_per_second:drained/s:0,rss_mb_idle:idle:0,rss_mb_sessions:with the sessions:0"
columns+=",rss_mb_filling_peak:peak while filling:0,rss_mb_queued:queues full:0,rss_mb_most_over_idle:most over idle:0"
columns+=",rss_mb_draining_peak:peak while draining:0,rss_mb_drained:drained:0"
load table --by store --columns "$columns" "$work/results.jsonl"
finish
