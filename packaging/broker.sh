#!/bin/sh
# /usr/bin/broker. A publication with the runtime in it has a program of its own, one without needs `dotnet`.
folder=/usr/lib/broker
if [ -x "$folder/broker" ]; then exec "$folder/broker" "$@"; fi
exec dotnet "$folder/broker.dll" "$@"
