#!/bin/sh
# Installs what lies beside this script, or takes it away again.
#
#   ./install.sh                 as root: program, account, folders, service. A configuration that is there stays as it is.
#   ./install.sh --uninstall     as root: all but /etc/broker, /var/lib/broker and the account
#   DESTDIR=/tmp/x ./install.sh  files only, below that folder, for who makes a package
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${DESTDIR:-}

if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
  echo "install.sh: run it as root, or name a folder with DESTDIR" >&2
  exit 2
fi
has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

if [ "${1:-}" = --uninstall ]; then
  if has_systemd; then systemctl disable --now broker.service || true; fi
  rm -rf "$root/usr/lib/broker" "$root/usr/share/doc/broker"
  rm -f "$root/usr/bin/broker" "$root/usr/lib/systemd/system/broker.service" \
    "$root/usr/lib/sysusers.d/broker.conf" "$root/usr/lib/tmpfiles.d/broker.conf"
  if has_systemd; then systemctl daemon-reload; fi
  echo "Broker is gone. Configuration and state stay in $root/etc/broker and $root/var/lib/broker."
  exit 0
fi

# A program file of an older release that the new one lacks must not stay.
rm -rf "$root/usr/lib/broker"
mkdir -p "$root/usr/lib/broker" "$root/usr/share/doc/broker" "$root/etc/broker"
cp -R "$here/lib/." "$root/usr/lib/broker/"
cp -R "$here/doc/." "$root/usr/share/doc/broker/"
install -D -m 755 "$here/broker.sh" "$root/usr/bin/broker"
install -D -m 644 "$here/systemd/broker.service" "$root/usr/lib/systemd/system/broker.service"
install -D -m 644 "$here/systemd/broker.sysusers" "$root/usr/lib/sysusers.d/broker.conf"
install -D -m 644 "$here/systemd/broker.tmpfiles" "$root/usr/lib/tmpfiles.d/broker.conf"
if [ ! -e "$root/etc/broker/mosquitto.conf" ]; then
  install -m 644 "$here/mosquitto.conf" "$root/etc/broker/mosquitto.conf"
fi
if [ -n "$root" ]; then exit 0; fi

if command -v systemd-sysusers >/dev/null; then
  systemd-sysusers broker.conf
  systemd-tmpfiles --create broker.conf
else
  id broker >/dev/null 2>&1 || useradd --system --home-dir /var/lib/broker --shell /usr/sbin/nologin broker
  install -d -o broker -g broker -m 750 /var/lib/broker /var/log/broker
fi
if [ ! -x /usr/lib/broker/broker ] && ! command -v dotnet >/dev/null; then
  echo "This build needs the ASP.NET Core runtime 10: install it before the broker is started." >&2
fi
if has_systemd; then
  systemctl daemon-reload
  echo "Start it: systemctl enable --now broker"
fi
