#!/usr/bin/env bash
# Everything that clients do, for hours: connect, subscribe, publish, retain, expire, take over, be killed. Nothing acknowledged
# may be lost, a new client each second must be served within one, and memory, handles and the database must not grow.
#
#   bench/soak.sh [--minutes 120] [--clients 50] [--steps 10] [--seed N] [--plot FILE.svg]
#
# Growth is the median of the last quarter beside that of the second one, and is judged in runs of 12 minutes or more.
# Exit status: 0 everything held, 1 something did not (lines with FINDING), 2 wrong arguments.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/Broker.Soak -c Release -v q "-clp:ErrorsOnly;NoSummary" >&2
exec dotnet tests/Broker.Soak/bin/Release/net10.0/Broker.Soak.dll "$@"
