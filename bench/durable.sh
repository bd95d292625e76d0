#!/usr/bin/env bash
# What a commit before every acknowledgement costs, beside mosquitto, which does not commit: one Markdown table of medians.
#
#   bench/durable.sh [--seconds 10] [--rounds 3] [--stores mosquitto,memory,sqlite,postgres] [--only TEXT] [--results FILE]
#
# In every round each scenario runs on each store in turn, so that a slow minute of the machine meets them all. --only runs
# the scenarios whose name holds TEXT. --results keeps the line of JSON of every run. docs/performance.md says how to read
# the table.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

seconds=10 rounds=3 stores=mosquitto,memory,sqlite,postgres only="" results="$work/results.jsonl"
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2 ;;
    --rounds) rounds=$2 ;;
    --stores) stores=$2 ;;
    --only) only=$2 ;;
    --results) results=$2 ;;
    *) die "usage: bench/durable.sh [--seconds N] [--rounds N] [--stores A,B] [--only TEXT] [--results FILE]" ;;
  esac
  shift 2 || die "$1 needs a value"
done

# The last one warms up longer: a fresh process spends half of its time compiling for its first ten seconds.
scenarios=(
  "1 x 1, nobody listens|--publishers 1 --window 1"
  "1 x 1, 10 sessions away|--publishers 1 --window 1 --subscribers 10 --away"
  "64 x 32, nobody listens|--publishers 64 --window 32"
  "64 x 32, 10 sessions away|--publishers 64 --window 32 --subscribers 10 --away"
  "64 x 32, 10 live sessions|--publishers 64 --window 32 --subscribers 10 --persistent --warmup 12"
)

# The line of a run with what the store says of itself. It counts from start to stop, so what it says is taken per message.
with_store_counters() {
  local line=$1 counters
  counters=$(store_counters)
  if [ -z "$counters" ]; then
    echo "$line"
    return
  fi
  awk -v line="$line" -v acked="$(field acked_total <<<"$line")" -v rate="$(field acked_per_second <<<"$line")" '{
    if (acked == 0) { print line; exit }
    sub(/}$/, "", line)
    printf "%s,\"commits\":%d,\"rows_written\":%d,\"rows_elided\":%d,", line, $1, $2, $3
    printf "\"commits_per_second\":%.1f,\"rows_per_message\":%.4f,\"rows_elided_per_message\":%.4f}\n", \
      $1 / acked * rate, $2 / acked, $3 / acked
  }' <<<"$counters"
}

run_one() {
  local store=$1 name=$2 options=$3 round=$4 folder line label extra=()
  folder="$work/run_${store}_$RANDOM$RANDOM"
  label="$store, $name, round $round"
  if ! start_server "$store" "$folder"; then
    failures+=("$label: $store did not start")
    remove_folder "$store" "$folder"
    return
  fi
  # What a store holds is checked after a restart: acknowledged has to mean kept.
  if [[ $options == *--away* && $store != memory ]]; then extra=(--keep "$folder/owed.json"); fi
  # shellcheck disable=SC2086 # The options are words.
  checked "$label" load ack $options "${extra[@]}" --seconds "$seconds" --port "$server_port" --pid "$server_pid" \
    --label "case=$name" --label "store=$store" --label "round=$round" --json >"$folder/line.json"
  stop_server
  line=$(cat "$folder/line.json")
  if [ -n "$line" ]; then with_store_counters "$line" >>"$results"; fi
  say "round $round: $store, $name: $(field acked_per_second <<<"$line") msgs/s"
  if [ -f "$folder/owed.json" ]; then
    if start_server "$store" "$folder"; then
      checked "$label, after a restart" load drain "$folder/owed.json" --port "$server_port" --json >>"$work/drained.jsonl"
      stop_server
    else
      failures+=("$label: $store did not start again")
    fi
  fi
  remove_folder "$store" "$folder"
}

require_build
touch "$results"
find_stores "$stores"
machine=$(describe_machine)
for ((round = 1; round <= rounds; round++)); do
  for scenario in "${scenarios[@]}"; do
    name=${scenario%%|*}
    if [[ $name != *"$only"* ]]; then continue; fi
    for store in "${usable[@]}"; do run_one "$store" "$name" "${scenario#*|}" "$round"; done
  done
done

echo "$machine Publishers x window; QoS 1, 64 bytes, $seconds s a run; medians of $rounds rounds, lowest and highest" \
  "behind the rates."
echo
columns="acked_per_second:msgs/s:0~,delivered_per_second:delivered/s:0,commits_per_second:commits/s:0"
columns+=",rows_per_message:rows per message:2,rows_elided_per_message:elided per message:2,ack_p50_us:ack p50 us:0"
columns+=",ack_p99_us:ack p99 us:0,cpu_seconds_per_million_acked:CPU s per million:2"
columns+=",own_cpu_seconds_per_million_acked:generator's:2"
load table --by case,store --columns "$columns" "$results"
finish
