#!/usr/bin/env bash
# Kills the broker with SIGKILL again and again under traffic, and compares what was acknowledged with what is there afterwards.
#
#   bench/crash.sh ROUNDS [--store sqlite|postgres] [--seed N] [--kill broker|database|both] [--command "PROGRAM ARGUMENTS"]
#
#   bench/crash.sh 1000                                     what is run by hand before a release
#   bench/crash.sh 25 --seed 4711                           the clients and their choices of an earlier run again
#   bench/crash.sh 10 --kill nobody                         the control: in memory, nothing is killed, nothing may be found
#   bench/crash.sh 3 --command "/usr/sbin/mosquitto -c"     another broker; this one loses messages, so the harness can fail
#
# A round is traffic, one to three kills at instants that nobody chose, and a comparison: acknowledged messages, duplicates of QoS
# 2, order, retained messages, subscriptions, sessions and wills. 25 rounds share a store and a seed; the next 25 take the next
# seed. The seed decides the clients and when roughly to kill; where exactly in the broker's work that is, it cannot decide.
# Exit status: 0 nothing was lost, 1 something was (the report says what), 2 wrong arguments.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/Broker.CrashHarness -c Release -v q "-clp:ErrorsOnly;NoSummary" >&2
exec dotnet tests/Broker.CrashHarness/bin/Release/net10.0/Broker.CrashHarness.dll "$@"
