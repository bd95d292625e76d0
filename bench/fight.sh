#!/usr/bin/env bash
# Client ids that are fought for: 500 pairs of devices with one client id each come back at once whenever they throw each other
# out, while messages with QoS 1 are sent to these sessions, and beside 50 calm pairs and somebody new ten times a second. Once as
# it comes, and once with takeover_delay_max 0, which finds and names them and does not slow them down. Exit status 1: something
# of it does not hold, and is named.
#
#   bench/fight.sh [--connections 1000] [--seconds 85] [--stores sqlite,postgres] [--delays 30,0] [--borne 0]
#
# --connections are sockets, two for each client id. --borne: milliseconds of the calm pairs' 99th percentile that are borne
# whatever it was, on a machine with other work. Without slowing down, --seconds are 10 at most, and what others have of it is
# shown and not judged. Needs a descriptor for each connection (ulimit -n).
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

connections=1000 seconds=85 stores=sqlite delays=30,0 borne=0
while [ $# -gt 0 ]; do
  case $1 in
    --connections) connections=$2 ;;
    --seconds) seconds=$2 ;;
    --stores) stores=$2 ;;
    --delays) delays=$2 ;;
    --borne) borne=$2 ;;
    *) die "usage: bench/fight.sh [--connections N] [--seconds N] [--stores A,B] [--delays N,N] [--borne MS]" ;;
  esac
  shift 2 || die "$1 needs a value"
done

# run_one STORE DELAY
run_one() {
  local store=$1 delay=$2 label="$1, takeover_delay_max $2" admin options=() length=$seconds
  admin=$(free_port)
  folder="$work/run_${store}_$RANDOM$RANDOM"
  server_lines=("takeover_delay_max $delay" "admin_listener $admin")
  if ! start_server "$store" "$folder"; then
    failures+=("$label: the broker did not start")
    remove_folder "$store" "$folder"
    return
  fi
  if [ "$delay" -eq 0 ]; then
    options=(--beside-others)
    length=$((seconds < 10 ? seconds : 10))
  fi
  checked "$label" load fight --connections "$connections" --seconds "$length" --delay "$delay" --borne "$borne" \
    --port "$server_port" --admin "$admin" --pid "$server_pid" --log "$server_log" --label "store=$store" --label "delay=$delay" \
    "${options[@]}" --json >"$folder/line.json"
  tee -a "$work/results.jsonl" <"$folder/line.json" >&2
  if grep -i 'error' "$server_log" >&2; then failures+=("$label: the broker logged errors"); fi
  stop_server
  remove_folder "$store" "$folder"
}

require_build
touch "$work/results.jsonl"
ulimit -n "$(ulimit -Hn)"
find_stores "$stores"
machine=$(describe_machine)
for store in "${usable[@]}"; do
  for delay in ${delays//,/ }; do run_one "$store" "$delay"; done
done

echo "$machine $((connections / 2)) client ids; memory in MB."
echo
columns="beginning_takeovers_most_in_a_second:takeovers/s at first:0,later_takeovers_per_second:later:1,named_in_log:named:0"
columns+=",alone_cores:cores without:2,beginning_cores:at first:2,later_cores:later:2"
columns+=",alone_calm_p99_us:calm p99 us without:0,beginning_calm_p99_us:at first:0,beginning_calm_max_us:max:0"
columns+=",later_calm_p99_us:p99 later:0,later_calm_max_us:max:0"
columns+=",beginning_new_client_max_ms:new client max ms at first:0,later_new_client_max_ms:later:0"
columns+=",after_new_client_max_ms:after:0,sent:sent:0,received:received:0,rss_before_mb:RSS before:0"
columns+=",later_rss_peak_mb:peak:0,rss_after_mb:after:0"
load table --by store,delay --columns "$columns" "$work/results.jsonl"
finish
