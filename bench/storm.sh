#!/usr/bin/env bash
# Everybody comes back at once: 10,000 clients with sessions, subscriptions and messages in flight are connected, the broker is
# killed with SIGKILL and started again, and all of them try until they are back.
#
#   bench/storm.sh [--devices 10000] [--stores sqlite,postgres] [--modes plain,tls,passwords,tls-passwords] [--rounds 1]
#                  [--results FILE] [--lines "DIRECTIVE VALUE;DIRECTIVE VALUE"]
#
# Fails when an acknowledged message or a session is lost, a client is sent away in place of being parked, somebody who is
# connected waits longer than a second for a round trip, so does a new client, during the storm from an address of its own, or
# the memory does not go back.
# A client waits for its CONNACK for 60 s and then begins anew, about a second later. --lines puts further lines into the
# configuration. Needs a descriptor for each device (ulimit -n).
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

devices=10000 stores=sqlite modes=plain,tls,passwords rounds=1 results="$work/results.jsonl" lines=""
while [ $# -gt 0 ]; do
  case $1 in
    --devices) devices=$2 ;;
    --stores) stores=$2 ;;
    --modes) modes=$2 ;;
    --rounds) rounds=$2 ;;
    --results) results=$2 ;;
    --lines) lines=$2 ;;
    *) die "usage: bench/storm.sh [--devices N] [--stores A,B] [--modes A,B] [--rounds N] [--results FILE] [--lines TEXT]" ;;
  esac
  shift 2 || die "$1 needs a value"
done

password=correct-horse

make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -keyout "$work/server.key" -out "$work/server.crt" 2>"$work/openssl.log" || die "openssl: $(tail -n 1 "$work/openssl.log")"
}

# A line for each user. They have the same hash, which costs the broker as much as one each.
make_passwords() {
  local hash
  dotnet "$broker_dll" passwd -c -b "$work/one" bench "$password" >"$work/passwd.log" 2>&1 || die "$(cat "$work/passwd.log")"
  hash=$(cut -d: -f2- "$work/one")
  { echo "bench:$hash"; for ((i = 0; i < devices; i++)); do echo "bench$i:$hash"; done; } >"$work/passwords"
  chmod 644 "$work/passwords"
}

lines_for() {
  local folder=$1 mode=$2
  echo "pid_file $folder/pid"
  if [[ $mode == *tls* ]]; then printf 'certfile %s\nkeyfile %s\n' "$work/server.crt" "$work/server.key"; fi
  if [[ $mode == *passwords* ]]; then echo "password_file $work/passwords"; fi
  if [ -n "$lines" ]; then tr ';' '\n' <<<"$lines"; fi
}

# Kills the broker of a folder and starts it on what it has left there, on the same port.
restart() {
  local folder=$1 waited
  kill -KILL "$server_pid"
  wait "$server_pid" 2>/dev/null || true
  rm -f "$folder/pid"
  env -u BROKER_PERSISTENCE_URL dotnet "$broker_dll" -c "$folder/broker.conf" >>"$folder/log" 2>&1 &
  server_pid=$!
  for ((waited = 0; waited < 600; waited++)); do
    if [ -s "$folder/pid" ]; then return 0; fi
    sleep 0.05
  done
  return 1
}

run_one() {
  local store=$1 mode=$2 round=$3 folder label options=() line status=0
  folder="$work/run_${store}_$RANDOM$RANDOM"
  label="$store, $mode, round $round"
  mapfile -t server_lines < <(lines_for "$folder" "$mode")
  if ! start_server "$store" "$folder"; then
    failures+=("$label: $store did not start")
    remove_folder "$store" "$folder"
    return
  fi
  if [[ $mode == *tls* ]]; then options+=(--tls); fi
  if [[ $mode == *passwords* ]]; then options+=(--password "$password"); fi
  mkfifo "$folder/lines"
  dotnet "$load_dll" storm --connections "$devices" --port "$server_port" --pid-file "$folder/pid" --seconds 5 --patience 60 \
    "${options[@]}" --label "mode=$mode" --label "store=$store" --label "round=$round" --json >"$folder/lines" &
  load_pid=$!
  while read -r line; do
    case $line in
      *'"scenario":"ready"'*)
        say "$label: $devices devices are connected; the broker is killed"
        restart "$folder" || failures+=("$label: the broker did not start again: $(tail -n 1 "$folder/log")")
        ;;
      *) tee -a "$results" <<<"$line" >&2 ;;
    esac
  done <"$folder/lines"
  wait "$load_pid" || status=$?
  load_pid=""
  if [ "$status" -ne 0 ]; then failures+=("$label: broker-load ended with status $status"); fi
  if grep -i 'error' "$folder/log" >&2; then failures+=("$label: the broker logged errors"); fi
  stop_server
  remove_folder "$store" "$folder"
}

require_build
make_certificate
touch "$results"
ulimit -n "$(ulimit -Hn)"
find_stores "$stores"
machine=$(describe_machine)
case $modes in *passwords*) make_passwords ;; esac
for ((round = 1; round <= rounds; round++)); do
  for store in "${usable[@]}"; do
    for mode in ${modes//,/ }; do run_one "$store" "$mode" "$round"; done
  done
done

echo "$machine $devices devices with 3 subscriptions and 5 messages in flight each; medians of $rounds rounds."
echo
columns="down_seconds:down s:1,all_back_seconds:all back s:1,back_p50_us:back p50 us:0,back_p99_us:back p99 us:0"
columns+=",connack_p50_us:CONNACK p50 us:0,connack_p99_us:CONNACK p99 us:0,connack_max_us:CONNACK max us:0"
columns+=",during_round_trip_p99_us:round trip p99 us:0,during_round_trip_max_us:max us:0,rss_mb_before:RSS before:0"
columns+=",rss_mb_peak:peak:0,rss_mb_after:after:0,broker_cpu_seconds:CPU s:1"
load table --by store,mode --columns "$columns" "$results"
finish
