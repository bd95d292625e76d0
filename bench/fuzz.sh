#!/usr/bin/env bash
# Feeds the readers of packets, configuration, access lists, passwords and headers with what nobody thought of.
#
#   bench/fuzz.sh                                   a minute, all targets
#   bench/fuzz.sh packets filters --seconds 3600    an hour, two of them
#   bench/fuzz.sh packets --replay FILE             one input again
#   bench/fuzz.sh --exchanges 200000                wrong exchanges with a broker that runs, over TCP and WebSocket
#
# The code is instrumented with SharpFuzz in a copy of the build, so inputs that lead somewhere new are found and kept, in
# artifacts/fuzz. Where the tool cannot be had inputs are made blindly, and the report says so.
# Exit status: 0 everything held, 1 something did not (the report has the input), 2 wrong arguments.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
readonly tools=artifacts/tools copy=artifacts/fuzz/bin
dotnet build tests/Broker.Fuzzing -c Release -v q -nologo "-clp:ErrorsOnly;NoSummary" >&2
mkdir -p artifacts/fuzz
rm -rf "$copy"
cp -r tests/Broker.Fuzzing/bin/Release/net10.0 "$copy"
if [ -x "$tools/sharpfuzz" ] ||
  dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$tools" >artifacts/fuzz/tool.log 2>&1; then
  "$tools/sharpfuzz" "$copy/Broker.Protocol.dll" >&2
  "$tools/sharpfuzz" "$copy/broker.dll" >&2
else
  echo "no SharpFuzz: $(tail -n 1 artifacts/fuzz/tool.log)" >&2
fi
exec dotnet "$copy/Broker.Fuzzing.dll" "$@"
