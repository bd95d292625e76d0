#!/usr/bin/env bash
# 1,000,000 retained topics, and 100 subscribers to # that want all of them at once, some of which read when the others are done:
# complete delivery, memory, and what somebody new has to wait meanwhile. The same again after a restart, with the time of the
# start. Exit status 1: something of it does not hold, and is named.
#
#   bench/retained.sh [--topics 1000000] [--subscribers 100] [--stores sqlite,postgres]
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

topics=1000000 subscribers=100 stores=sqlite
while [ $# -gt 0 ]; do
  case $1 in
    --topics) topics=$2 ;;
    --subscribers) subscribers=$2 ;;
    --stores) stores=$2 ;;
    *) die "usage: bench/retained.sh [--topics N] [--subscribers N] [--stores A,B]" ;;
  esac
  shift 2 || die "$1 needs a value"
done

# run_one STORE FOLDER WHEN OPTION...: WHEN is "stored now" or "after a restart".
run_one() {
  local store=$1 folder=$2 when=$3 begun started
  begun=$(date +%s%N)
  if ! start_server "$store" "$folder"; then
    failures+=("$store, $when: the broker did not start")
    return
  fi
  started=$((($(date +%s%N) - begun) / 1000000))
  checked "$store, $when" load replay --topics "$topics" --subscribers "$subscribers" "${@:4}" --port "$server_port" \
    --pid "$server_pid" --label "store=$store" --label "topics_are=$when" --label "started_ms=$started" --json \
    >"$work/line.json"
  sed "s/\"started_ms\":\"\([0-9]*\)\"/\"started_ms\":\1/" "$work/line.json" >>"$work/results.jsonl"
  say "$store, $when: $(field seconds_until_all_had_all <"$work/line.json") s until all had everything"
  stop_server
}

require_build
touch "$work/results.jsonl"
find_stores "$stores"
machine=$(describe_machine)
for store in "${usable[@]}"; do
  folder="$work/run_${store}_$RANDOM$RANDOM"
  run_one "$store" "$folder" "stored now"
  run_one "$store" "$folder" "after a restart" --stored
  remove_folder "$store" "$folder"
done

echo "$machine $topics retained topics, $subscribers subscribers to #; memory in MB."
echo
columns="started_ms:start ms:0,stored_per_second:stored/s:0,replayed_per_second:replayed/s:0"
columns+=",seconds_until_others_had_all:s until all but the slow had all:1,seconds_until_all_had_all:s until all had all:1"
columns+=",complete:complete:0,rss_mb_stored:before:0,rss_mb_peak:peak:0,rss_mb_left:all have left:0"
columns+=",kib_per_subscriber:KiB a subscriber:0,visitor_p50_us:new client p50 us:0,visitor_max_us:max us:0"
load table --by store,topics_are --columns "$columns" "$work/results.jsonl"
finish
