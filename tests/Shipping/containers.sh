# Parts of check.sh that build images and run them: podman on stand-ins for the official base images.

# The number keeps what two checks on one machine start apart.
readonly container_prefix=broker-check-$$
readonly image=localhost/broker:0.1.0
compose_up=()
uses_containers=no
can_run=unknown

# Nothing that podman starts may carry the mark by which test.sh finds processes that were left behind: it is cleaned up here.
docker_check() { env -u BROKER_TEST_RUN "$tools/docker-check/docker-check.sh" "$@"; }
podman() { docker_check podman "$@"; }

# start NAME OPTION... IMAGE [ARGUMENT...]: in the background.
start() {
  local name=$container_prefix-$1
  shift
  podman run -d --name "$name" --log-driver k8s-file "$@"
}
logs() { podman logs "$container_prefix-$1" 2>&1; }
is_healthy() { podman healthcheck run "$container_prefix-$1"; }
remove() { podman rm -f -v -t 5 "$container_prefix-$1" >/dev/null 2>&1 || true; }

containers_down() {
  if [ "$uses_containers" = no ]; then return 0; fi
  local file
  for file in "${compose_up[@]}"; do docker_check down "$file" grafana >/dev/null 2>&1 || true; done
  local names
  names=$(podman ps -a --filter "name=$container_prefix" --format '{{.Names}}' 2>/dev/null) || true
  # shellcheck disable=SC2086
  if [ -n "$names" ]; then podman rm -f -v -t 2 $names >/dev/null 2>&1 || true; fi
}

has_containers() {
  has_tool docker-check || return 1
  if [ "$(id -u)" -ne 0 ]; then skip "$part: podman is run as root here"; return 1; fi
  # netavark makes the networks of a compose file with it, and says only that there is no such file.
  if ! command -v iptables >/dev/null; then skip "$part: iptables is not installed"; return 1; fi
  uses_containers=yes
  if [ "$can_run" = unknown ]; then
    if run_smallest >"$work/smallest.log" 2>&1; then can_run=yes; else can_run=no; fi
  fi
  if [ "$can_run" = yes ]; then return 0; fi
  if [ "${BROKER_CHECK_IMAGES:-}" = yes ]; then
    fail "$part: no container runs here"
    sed 's/^/    /' "$work/smallest.log"
  else
    skip "$part: no container runs here: $(tail -n 1 "$work/smallest.log")"
  fi
  return 1
}

# The smallest image there can be. Where that does not build and run, nothing of the broker's is to blame.
run_smallest() {
  mkdir -p "$work/smallest"
  printf 'FROM debian:12\nRUN true\n' >"$work/smallest/Dockerfile"
  docker_check build "$work/smallest/Dockerfile" "$work/smallest" localhost/broker-smallest
  podman run --rm --network host localhost/broker-smallest true
}

build_image() { docker_check build docker/Dockerfile . "$image"; }

part_image() {
  has_containers || return 0
  expect "the image does not build" build_image
  podman image exists "$image" || return 0
  image_facts
  image_as_it_is
  image_in_place_of_mosquittos
  image_under_another_uid
  image_with_mounts_that_are_closed
  image_with_little_memory
}

image_facts() {
  podman image inspect "$image" >"$work/image.json"
  local fact
  for fact in '"User": "1883:1883"' '"StopSignal": "SIGTERM"' '"org.opencontainers.image.version"' '"/mosquitto/data": {}' \
    '"/mosquitto/log": {}' '"1883/tcp": {}'; do
    expect "the image lacks $fact" grep -qF "$fact" "$work/image.json"
  done
  expect "the code is not compiled ahead of time" podman run --rm --network host --entrypoint sh "$image" -c \
    '[ "$(stat -c %s /app/broker.dll)" -gt 1000000 ]'
}

# Without anything mounted: only this container gets in, and the health check finds it well.
image_as_it_is() {
  if ! start plain --network none --read-only --read-only-tmpfs=false --cap-drop all --security-opt no-new-privileges "$image" \
    >/dev/null 2>"$work/start.log"; then
    fail "the image does not start: $(cat "$work/start.log")"
    return 0
  fi
  expect "the image as it is does not become healthy" wait_for 40 is_healthy plain
  expect_text "the image does not say that nothing is mounted" "only clients in this container are let in" logs plain
  expect "it does not run as 1883" [ "$(podman exec "$container_prefix-plain" id -u)" = 1883 ]
  expect "a signal does not end it" podman stop -t 20 "$container_prefix-plain"
  expect "it does not end with 0" [ "$(podman inspect -f '{{.State.ExitCode}}' "$container_prefix-plain")" = 0 ]
  remove plain
}

# What a compose file for eclipse-mosquitto:2 mounts and says, with nothing but the name of the image changed.
image_in_place_of_mosquittos() {
  local folder=$work/drop-in port
  port=$(free_port)
  mkdir -p "$folder/config" "$folder/data" "$folder/log"
  chown 1883:1883 "$folder/data" "$folder/log"
  mosquitto_passwd -c -b "$folder/config/passwords" ann secret 2>/dev/null
  chmod 644 "$folder/config/passwords"
  chmod 755 "$work" "$folder"
  cat >"$folder/config/mosquitto.conf" <<CONF
persistence true
persistence_location /mosquitto/data/
log_dest file /mosquitto/log/mosquitto.log
listener $port 127.0.0.1
password_file /mosquitto/config/passwords
CONF
  start drop-in --network host --read-only -v "$folder/config:/mosquitto/config:ro" -v "$folder/data:/mosquitto/data" \
    -v "$folder/log:/mosquitto/log" "$image" /usr/sbin/mosquitto -c /mosquitto/config/mosquitto.conf >/dev/null
  expect "in place of mosquitto's image it does not become healthy" wait_for 40 is_healthy drop-in
  expect "a session is not made" mosquitto_sub -p "$port" -u ann -P secret -i reader -c -q 1 -t 'jobs/#' -E
  expect "a message is not taken" mosquitto_pub -p "$port" -u ann -P secret -q 1 -t jobs/1 -m first
  podman kill "$container_prefix-drop-in" >/dev/null 2>&1 || fail "podman kill"
  podman start "$container_prefix-drop-in" >/dev/null 2>&1 || fail "podman start"
  expect "it does not come back after kill -9" wait_for 40 is_healthy drop-in
  expect_text "what was acknowledged before kill -9 is gone" "jobs/1 first" \
    mosquitto_sub -p "$port" -u ann -P secret -i reader -c -q 1 -t 'jobs/#' -C 1 -W 10 -v
  expect "the log is not where mosquitto's image has it" grep -q ' running$' "$folder/log/mosquitto.log"
  expect "the state is not where mosquitto's image has it" [ -s "$folder/data/broker.db" ]
  remove drop-in
}

# open_configuration PORT: for this machine, without passwords.
open_configuration() {
  printf 'listener %s 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location /mosquitto/data/\n' "$1"
}

# Any number for the user, with a volume that the image's folder is the model of.
image_under_another_uid() {
  local port
  port=$(free_port)
  open_configuration "$port" >"$work/other.conf"
  chmod 644 "$work/other.conf"
  start other --network host --user 4711:4711 --read-only --cap-drop all -v "$container_prefix-other:/mosquitto/data" \
    -v "$work/other.conf:/etc/broker/mosquitto.conf:ro" "$image" >/dev/null
  expect "under another uid it does not become healthy" wait_for 40 is_healthy other
  expect "under another uid it takes no message" mosquitto_pub -p "$port" -q 1 -r -t status -m on
  remove other
  podman volume rm -f "$container_prefix-other" >/dev/null 2>&1 || true
}

# run_to_its_end OPTION... : a container that is expected to give up.
run_to_its_end() { timeout 60 env -u BROKER_TEST_RUN "$tools/docker-check/docker-check.sh" podman run --rm --network host "$@"; }

# What cannot be read or written is named: path, owner, mode, who asks, and what to do.
image_with_mounts_that_are_closed() {
  local folder=$work/closed
  mkdir -p "$folder/config" "$folder/data" "$folder/log"
  printf 'listener 1883 127.0.0.1\npersistence true\npersistence_location /mosquitto/data/\n' >"$folder/config/mosquitto.conf"
  chmod 600 "$folder/config/mosquitto.conf"
  chmod 755 "$folder" "$folder/config" "$folder/data" "$folder/log"
  expect_text "a configuration that cannot be read" \
    "mosquitto.conf: it belongs to uid 0 and has mode 600, this container runs as uid 1883: chown or chmod it on the host." \
    run_to_its_end -v "$folder/config:/mosquitto/config:ro" "$image"
  chmod 644 "$folder/config/mosquitto.conf"
  expect_text "a folder for the state that cannot be written" \
    "/mosquitto/data belongs to root and has mode 0755, the broker runs as mosquitto: change the owner (chown)" \
    run_to_its_end -v "$folder/config:/mosquitto/config:ro" -v "$folder/data:/mosquitto/data" "$image"
  printf 'listener 1883 127.0.0.1\nlog_dest file /mosquitto/log/mosquitto.log\n' >"$folder/config/mosquitto.conf"
  expect_text "a folder for the log that cannot be written" \
    "log file /mosquitto/log/mosquitto.log: permission denied; /mosquitto/log belongs to root and has mode 0755" \
    run_to_its_end -v "$folder/config:/mosquitto/config:ro" -v "$folder/log:/mosquitto/log" "$image"
  printf 'listener 1883 127.0.0.1\npassword_file /mosquitto/config/passwords\n' >"$folder/config/mosquitto.conf"
  (umask 077 && printf 'ann:x\n' >"$folder/config/passwords")
  expect_text "a password file that cannot be read" \
    "file /mosquitto/config/passwords: permission denied; it belongs to root and has mode 0600, the broker runs as mosquitto" \
    run_to_its_end -v "$folder/config:/mosquitto/config:ro" "$image"
}

# The collector has to know the limit: 300 queued messages of 100 kB, retained messages, and the container is still there.
image_with_little_memory() {
  local port
  port=$(free_port)
  { open_configuration "$port"; echo "max_queued_messages 0"; } >"$work/little.conf"
  chmod 644 "$work/little.conf"
  if ! start little --network host --memory 256m --memory-swap 256m -v "$work/little.conf:/etc/broker/mosquitto.conf:ro" \
    "$image" >/dev/null 2>"$work/start.log"; then
    skip "image: this machine's podman cannot limit memory: $(head -n 1 "$work/start.log")"
    remove little
    return 0
  fi
  expect "with 256 MiB it does not become healthy" wait_for 40 is_healthy little
  expect "a session is not made" mosquitto_sub -p "$port" -i away -c -q 1 -t '#' -E
  head -c 75000 /dev/urandom | base64 -w 0 >"$work/payload"
  expect "with 256 MiB it does not take 30 MB of messages for who is away" \
    mosquitto_pub -p "$port" -q 1 -t big -f "$work/payload" --repeat 300 --repeat-delay 0
  expect_text "with 256 MiB it does not give them back" "300" \
    bash -c 'mosquitto_sub -p "$1" -i away -c -q 1 -t "#" -C 300 -W 60 -F %l | grep -c "^100000$"' - "$port"
  expect "with 256 MiB it has been killed" [ "$(podman inspect -f '{{.State.Running}}' "$container_prefix-little")" = true ]
  remove little
}

# The compose files as they are, but for Grafana, for which there is no stand-in, and for ports that are free.
part_compose() {
  has_containers || return 0
  MQTT_PORT=$(free_port) WEBSOCKET_PORT=$(free_port) PROMETHEUS_PORT=$(free_port)
  export MQTT_PORT WEBSOCKET_PORT PROMETHEUS_PORT
  compose_up+=("$here/docker/compose.yaml")
  expect "docker/compose.yaml does not come up" docker_check up docker/compose.yaml grafana
  compose_with_postgres
  docker_check down docker/compose.yaml grafana >/dev/null 2>&1 || fail "docker/compose.yaml does not go down"
  compose_up=("$here/docker/compose.sqlite.yaml")
  expect "docker/compose.sqlite.yaml does not come up" docker_check up docker/compose.sqlite.yaml
  expect "a message is not taken" mosquitto_pub -p "$MQTT_PORT" -q 1 -r -t status/lamp -m on
  expect_text "a retained message is not given" "status/lamp on" mosquitto_sub -p "$MQTT_PORT" -t 'status/#' -C 1 -W 10 -v
  docker_check down docker/compose.sqlite.yaml >/dev/null 2>&1 || fail "docker/compose.sqlite.yaml does not go down"
  compose_up=()
}

container_of() {
  podman ps -a --filter "label=io.podman.compose.project=broker" --filter "label=com.docker.compose.service=$1" \
    --format '{{.Names}}' | head -n 1
}
as_demo() { local command=$1; shift; "$command" -p "$MQTT_PORT" -u demo -P demo-change-me "$@"; }
query() { fetch "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/query?query=$1"; }
scraped() { query "broker_ready" | grep -q '"job":"broker".*"1"\]'; }

compose_with_postgres() {
  expect "a session is not made" as_demo mosquitto_sub -i reader -c -q 1 -t 'jobs/#' -E
  expect "QoS 1 is not acknowledged" as_demo mosquitto_pub -q 1 -t jobs/1 -m first
  expect_text "a wrong password is taken" "not authorised" mosquitto_pub -p "$MQTT_PORT" -u demo -P wrong -t a -m b
  expect_text "the database does not hold the message" "reader|jobs/1" podman exec "$(container_of postgres)" \
    psql -U mqtt -d mqtt -A -t -c "select client_id, topic from mqtt_queued"
  expect "Prometheus has not scraped the broker" wait_for 30 scraped
  expect_text "Prometheus has not loaded the rules" "BrokerStoreTakesNoCommits" \
    fetch "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/rules"
  podman kill "$(container_of broker)" >/dev/null 2>&1 || fail "there is no container of the broker"
  podman start "$(container_of broker)" >/dev/null 2>&1 || fail "the broker's container does not start again"
  expect "the broker does not become healthy again" wait_for 40 podman healthcheck run "$(container_of broker)"
  expect_text "what was acknowledged before kill -9 is gone" "jobs/1 first" \
    as_demo mosquitto_sub -i reader -c -q 1 -t 'jobs/#' -C 1 -W 10 -v
}
