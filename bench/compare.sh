#!/usr/bin/env bash
# The broker beside mosquitto, both in memory: CPU time for each message delivered, rates and times, as Markdown tables of
# medians with a verdict on each target.
#
#   bench/compare.sh [--rounds 3] [--seconds 5] [--warmup 10] [--only TEXT] [--servers mosquitto,broker] [--results FILE]
#
# Each scenario runs on a fresh process of one server and then of the other, in every round, so that a slow minute of the
# machine meets both. --only runs the scenarios whose name holds TEXT. --results keeps the line of JSON of every run;
# broker-load compare FILE makes the tables of it again. What a commit costs, bench/durable.sh shows.
# docs/performance.md says how to read the tables. Status 1: messages were lost, doubled or out of order, or a server failed.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

rounds=3 seconds=5 warmup=10 only="" servers=mosquitto,broker results="$work/results.jsonl"
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2 ;;
    --seconds) seconds=$2 ;;
    --warmup) warmup=$2 ;;
    --only) only=$2 ;;
    --servers) servers=$2 ;;
    --results) results=$2 ;;
    *) die "usage: bench/compare.sh [--rounds N] [--seconds N] [--warmup N] [--only TEXT] [--servers A,B] [--results FILE]" ;;
  esac
  shift 2 || die "$1 needs a value"
done

# name | scenario and options | targets. FIGURE<=1/20: at most a twentieth of mosquitto's; FIGURE>=N: that many; FIGURE: shown.
cpu=cpu_seconds_per_million_delivered p99=delivery_p99_us
scenarios=(
  "10 pairs, QoS 0, window 256|pairs --publishers 10 --qos 0 --window 256|$cpu<=1/20"
  "100 pairs, QoS 0, window 64|pairs --publishers 100 --qos 0 --window 64|$cpu<=1/20"
  "10 pairs, QoS 0, window 256, 1 KiB|pairs --publishers 10 --qos 0 --window 256 --payload 1024|$cpu<=1/12"
  "10 pairs, QoS 1, window 256|pairs --publishers 10 --qos 1 --window 256|$cpu<=1/25"
  "100 pairs, QoS 1, window 64|pairs --publishers 100 --qos 1 --window 64|$cpu<=1/25"
  "10 pairs, QoS 1, window 256, 1 KiB|pairs --publishers 10 --qos 1 --window 256 --payload 1024|$cpu"
  "10 pairs, QoS 2, window 256|pairs --publishers 10 --qos 2 --window 256|$cpu<=1/30"
  "10 pairs, QoS 0, window 256, MQTT 5|pairs --publishers 10 --qos 0 --window 256 --version 5|$cpu"
  "10 pairs, QoS 1, window 256, MQTT 5|pairs --publishers 10 --qos 1 --window 256 --version 5|$cpu"
  "1,000 pairs, QoS 0, window 1|pairs --publishers 1000 --qos 0 --window 1|$cpu<=1/1"
  "1,000 pairs, QoS 1, window 1|pairs --publishers 1000 --qos 1 --window 1|$cpu<=1/1"
  "fan-out 1 to 100, QoS 0, window 32|fanout --publishers 1 --subscribers 100 --qos 0 --window 32|$cpu<=1/15"
  "fan-out 5 to 1,000, QoS 0, window 8|fanout --publishers 5 --subscribers 1000 --qos 0 --window 8|$cpu<=1/18"
  "fan-out 1 to 100, QoS 1, window 32|fanout --publishers 1 --subscribers 100 --qos 1 --window 32|$cpu<=1/8"
  "fan-in 100 to 1, QoS 0, window 64|fanin --publishers 100 --subscribers 1 --qos 0 --window 64|$cpu<=1/15"
  "fan-in 100 to 1, QoS 1, window 64|fanin --publishers 100 --subscribers 1 --qos 1 --window 64|$cpu<=1/18"
  "wildcards, 100 x 20 filters|wildcard --subscribers 100 --filters 20 --qos 0 --window 64|$cpu<=1/9"
  "wildcards, 100 x 100 filters|wildcard --subscribers 100 --filters 100 --qos 0 --window 64|$cpu"
  "paced 20,000/s, 100 pairs, QoS 0|pairs --publishers 100 --qos 0 --rate 20000|$cpu<=1/1 $p99<=1/1"
  "paced 5,000/s, 100 pairs, QoS 1|pairs --publishers 100 --qos 1 --rate 5000|$cpu<=1/1 $p99<=1/1"
  "TLS, 10 pairs, QoS 0, window 256|pairs --tls --publishers 10 --qos 0 --window 256|$cpu"
  "WebSocket, 10 pairs, QoS 0, window 256|pairs --websocket --publishers 10 --qos 0 --window 256|$cpu"
  "connects, 50 at a time|connect --connections 50|connects_per_second>=12000"
  "10,000 idle connections|idle --connections 10000|resident_bytes_per_connection<=6000"
  "offline, 100 sessions x 1,000|offline --subscribers 100|queued_per_second>=300000 drained_per_second>=400000"
  "retained, 100,000 topics|retained --topics 100000|stored_per_second>=200000 replayed_per_second>=400000"
)

store_of() {
  case $1 in
    mosquitto) echo mosquitto-memory ;;
    broker) echo memory ;;
    *) die "$1 is not one of mosquitto, broker" ;;
  esac
}

# One for all runs; nobody looks at whose it is.
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -keyout "$work/server.key" -out "$work/server.crt" 2>"$work/openssl.log" || die "openssl: $(tail -n 1 "$work/openssl.log")"
}

# What the listener of a run speaks, and what both servers are told.
lines_for() {
  echo "set_tcp_nodelay true"
  case $1 in
    *--tls*) printf 'certfile %s\nkeyfile %s\n' "$work/server.crt" "$work/server.key" ;;
    *--websocket*)
      # mosquitto 2.0.11 does not start without a listener for plain MQTT, and listens everywhere unless it is told a family.
      printf 'protocol websockets\nsocket_domain ipv4\nlistener %s 127.0.0.1\n' "$(free_port)"
      ;;
  esac
}

run_one() {
  local server=$1 name=$2 options=$3 targets=$4 round=$5 folder label store
  store=$(store_of "$server")
  folder="$work/run_${server}_$RANDOM$RANDOM"
  label="$server, $name, round $round"
  mapfile -t server_lines < <(lines_for "$options")
  if ! start_server "$store" "$folder"; then
    failures+=("$label: $server did not start")
    remove_folder "$store" "$folder"
    return
  fi
  # shellcheck disable=SC2086 # The options are words.
  checked "$label" load $options --seconds "$seconds" --warmup "$warmup" --patience 10 --port "$server_port" \
    --pid "$server_pid" --label "case=$name" --label "server=$server" --label "round=$round" --label "targets=$targets" \
    --json >"$folder/line.json"
  stop_server
  cat "$folder/line.json" >>"$results"
  say "round $round: $label: $(sed -n "s/.*\"\(${targets%%[<> ]*}\":[0-9.]*\).*/\1/p" "$folder/line.json")"
  remove_folder "$store" "$folder"
}

require_build
make_certificate
touch "$results"
# Ten thousand connections need as many descriptors.
ulimit -n "$(ulimit -Hn)"
measured=()
for server in ${servers//,/ }; do
  store=$(store_of "$server")
  usable=()
  find_stores "$store"
  if [ "${#usable[@]}" -gt 0 ]; then measured+=("$server"); fi
done
machine=$(describe_machine)
for ((round = 1; round <= rounds; round++)); do
  for scenario in "${scenarios[@]}"; do
    IFS='|' read -r name options targets <<<"$scenario"
    if [[ $name != *"$only"* ]]; then continue; fi
    for server in "${measured[@]}"; do run_one "$server" "$name" "$options" "$targets" "$round"; done
  done
done

echo "$machine 64 bytes where no size is named, $seconds s a run after $warmup s; medians of $rounds rounds."
echo
load compare "$results"
echo
columns="delivered_per_second:delivered/s:0~,connects_per_second:connects/s:0~"
columns+=",delivery_p50_us:p50 us:0,delivery_p99_us:p99 us:0,delivery_p999_us:p99.9 us:0"
columns+=",$cpu:CPU s per million:2,own_$cpu:generator's:2"
load table --by case,server --columns "$columns" "$results"
finish
