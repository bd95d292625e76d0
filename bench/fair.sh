#!/usr/bin/env bash
# What one greedy client does to the others: 50 calm pairs exchange 1,000 messages a second with QoS 1, first alone, then beside
# one that floods: QoS 0 and 1, large ones, to one reader, to 20, to nobody, to a subscriber of # that reads everything and to
# one that reads nothing. Their 99th percentile may become ten times what it was, a new client has to be served within a second,
# nothing may be lost, and the broker has to be small again afterwards.
#
#   bench/fair.sh [--pairs 50] [--rate 1000] [--seconds 10] [--store memory|sqlite] [--greedy NAME,NAME] [--borne 0]
#
# --borne: milliseconds that are borne whatever the ratio, on a machine with other work. --greedy: qos0, qos0_to_20,
# qos0_to_nobody, qos1, large, to_hash, to_stuck_hash.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

pairs=50 rate=1000 seconds=10 store=memory borne=0
greedy=()
while [ $# -gt 0 ]; do
  case $1 in
    --pairs) pairs=$2 ;;
    --rate) rate=$2 ;;
    --seconds) seconds=$2 ;;
    --store) store=$2 ;;
    --greedy) greedy=(--greedy "$2") ;;
    --borne) borne=$2 ;;
    *) die "usage: bench/fair.sh [--pairs N] [--rate N] [--seconds N] [--store memory|sqlite] [--greedy NAMES] [--borne MS]" ;;
  esac
  shift 2 || die "$1 needs a value"
done

# What is queued for the greedy one's readers is not what is looked at here.
server_lines=("max_queued_messages 1000" "max_queued_bytes 50000000")

require_build
machine=$(describe_machine)
start_server "$store" "$work/run" || exit 1
echo "$machine"
checked fair load fair --publishers "$pairs" --rate "$rate" --seconds "$seconds" --warmup 5 --borne "$borne" "${greedy[@]}" \
  --port "$server_port" --pid "$server_pid"
stop_server
finish
