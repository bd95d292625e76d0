#!/usr/bin/env bash
# What one greedy client does to the others: 50 calm pairs exchange 1,000 messages a second with QoS 1, first alone, then with one
# that floods (QoS 0 and 1, to one, to 20 and to nobody, large ones), or that subscribes to everything and does not read. Their
# 99th percentile may become ten times what it was, a new client has to be served within a second.
#
#   bench/fair.sh [--pairs 50] [--rate 1000] [--seconds 10] [--store memory|sqlite]
#
# On a machine with two cores the flood and what the broker does for it take both: below 250 ms it counts as borne in any case.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

pairs=50 rate=1000 seconds=10 store=memory
while [ $# -gt 0 ]; do
  case $1 in
    --pairs) pairs=$2 ;;
    --rate) rate=$2 ;;
    --seconds) seconds=$2 ;;
    --store) store=$2 ;;
    *) die "usage: bench/fair.sh [--pairs N] [--rate N] [--seconds N] [--store memory|sqlite]" ;;
  esac
  shift 2 || die "$1 needs a value"
done

# What is queued for the greedy one's readers is not what is looked at here.
server_lines=("max_queued_messages 1000" "max_queued_bytes 50000000")

require_build
machine=$(describe_machine)
start_server "$store" "$work/run" || exit 1
echo "$machine"
checked fair load fair --publishers "$pairs" --rate "$rate" --seconds "$seconds" --warmup 5 \
  --port "$server_port" --pid "$server_pid"
stop_server
finish
