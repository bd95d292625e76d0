#!/bin/sh
# Starts the broker, or one of its commands, with the configuration file that is there. Whatever an eclipse-mosquitto container
# was started with works: nothing, flags, or `mosquitto` with flags.
set -eu

case "${1:-}" in
  mosquitto | /usr/sbin/mosquitto | broker) shift ;;
esac

# Whose a file is and what may be done to it, for whoever mounted it.
rights() {
  stat -c "it belongs to uid %u and has mode %a, this container runs as uid $(id -u): chown or chmod it on the host" "$1"
}

# A secret in a file is not in `docker inspect`. PGPASSWORD is what the database's own clients read.
if [ -n "${PGPASSWORD_FILE:-}" ]; then
  if ! PGPASSWORD=$(cat "$PGPASSWORD_FILE"); then
    echo "Error: Unable to open $PGPASSWORD_FILE, which PGPASSWORD_FILE names: $(rights "$PGPASSWORD_FILE")." >&2
    exit 13
  fi
  export PGPASSWORD
fi

check_readable() {
  if [ ! -r "$1" ]; then
    echo "Error: Unable to open config file $1: $(rights "$1")." >&2
    return 13
  fi
}

# The first that is there, readable or not: what cannot be read is an error and not a reason to run without it.
found_configuration() {
  for folder in /etc/broker /mosquitto/config; do
    if [ ! -r "$folder" ] || [ ! -x "$folder" ]; then
      echo "Error: Unable to open folder $folder: $(rights "$folder")." >&2
      return 13
    fi
    if [ -e "$folder/mosquitto.conf" ]; then
      check_readable "$folder/mosquitto.conf" || return
      echo "$folder/mosquitto.conf"
      return
    fi
  done
  echo /app/default.conf
}

# What follows -c among the arguments that process 1 was started with; nothing when it has none.
running_configuration() {
  tr '\0' '\n' </proc/1/cmdline | awk 'next_one { print; exit } $0 == "-c" || $0 == "--config-file" { next_one = 1 }'
}

# What follows -c among these words; nothing when it is not there.
named_configuration() {
  while [ $# -gt 1 ]; do
    case "$1" in -c | --config-file) echo "$2"; return ;; esac
    shift
  done
}

case "${1:-}" in
  health)
    if [ $# -eq 1 ]; then
      file=$(running_configuration)
      set -- health -c "${file:-$(found_configuration)}"
    fi
    ;;
  passwd | db | help | check-config | explain | -h | --help | --version) ;;
  "" | -* | run)
    if [ "${1:-}" = run ]; then shift; fi
    file=$(named_configuration "$@")
    if [ -n "$file" ]; then
      if [ -e "$file" ]; then check_readable "$file"; fi
    else
      file=$(found_configuration)
      if [ "$file" = /app/default.conf ]; then
        echo "No /etc/broker/mosquitto.conf and no /mosquitto/config/mosquitto.conf: only clients in this container are let in." \
          "Mount one, or try with '-c /mosquitto-no-auth.conf'." >&2
      fi
      set -- -c "$file" "$@"
    fi
    ;;
  # Another program of the image: sh, ls.
  *) exec "$@" ;;
esac
exec dotnet /app/broker.dll "$@"
