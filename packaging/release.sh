#!/usr/bin/env bash
# Makes what a release consists of.
#
#   packaging/release.sh 1.2.3 [FOLDER]            everything, into artifacts/release/1.2.3
#   RIDS=linux-x64 SBOM=no packaging/release.sh 1.2.3
#   DASHBOARD=no packaging/release.sh 1.2.3        where npm, which bundles the dashboard, is not to be had
#
# A tar.gz with an install script and a Debian package each for linux-x64 and linux-arm64, the chart, a bill of materials and
# SHA256SUMS. Where the runtime pack of a processor can be restored the runtime is in the package; where it cannot, the name of
# the archive ends with -dotnet and the machine needs the ASP.NET Core runtime 10.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$(pwd)
version=${1:?usage: packaging/release.sh VERSION [FOLDER]}
if [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]]; then
  echo "release.sh: $version is not a version such as 1.2.3 or 1.2.3-rc.1" >&2
  exit 2
fi
out=$(mkdir -p "${2:-artifacts/release/$version}" && cd "${2:-artifacts/release/$version}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# The same sources give the same bytes: every file of an archive has the time of the last commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

say() { printf '== %s\n' "$*"; }

publish() { # RID FOLDER: sets `kind` to runtime, dotnet or dotnet-jit
  local rid=$1 folder=$2 log=$work/publish-$1.log
  local common=(src/Broker/Broker.csproj -c Release -r "$rid" -o "$folder" -p:Version="$version" -v q -nodeReuse:false
    -p:DebugType=none -p:BrokerDashboard="${DASHBOARD:-require}" --artifacts-path "$work/build"
    -p:PublishDocumentationFile=false -p:PublishReferencesDocumentationFiles=false)
  kind=runtime
  try_publish --self-contained -p:PublishReadyToRun=true && return
  kind=dotnet
  try_publish --no-self-contained -p:PublishReadyToRun=true -p:UseAppHost=false && return
  # Without the compiler's pack the code is compiled when it runs.
  kind=dotnet-jit
  try_publish --no-self-contained -p:UseAppHost=false && return
  echo "release.sh: no pack for $rid is to be had" >&2
  tail -n 20 "$log"
  exit 1
}

# False when a package of the processor cannot be had; anything else that goes wrong is the end.
try_publish() {
  rm -rf "$folder"
  if dotnet publish "${common[@]}" "$@" >"$log" 2>&1; then return 0; fi
  if grep -qE 'error (NU110[123]|NETSDK1082|NETSDK1094)' "$log"; then return 1; fi
  tail -n 20 "$log"
  exit 1
}

archive() { # FILE FOLDER NAME
  tar -C "$2" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$3" | gzip -9n >"$1"
}

package() { # TREE ARCHITECTURE KIND
  local root=$work/deb-$2 depends="libc6, libgcc-s1, libstdc++6, zlib1g, libssl3 | libssl3t64, tzdata"
  case $3 in dotnet*) depends="aspnetcore-runtime-10.0" ;; esac
  rm -rf "$root"
  DESTDIR=$root "$1/install.sh"
  mkdir -p "$root/DEBIAN"
  install -m 755 packaging/debian/postinst packaging/debian/prerm packaging/debian/postrm "$root/DEBIAN/"
  echo /etc/broker/mosquitto.conf >"$root/DEBIAN/conffiles"
  cat >"$root/DEBIAN/control" <<CONTROL
Package: broker
Version: ${version/-/\~}
Architecture: $2
Maintainer: The Broker authors <broker@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends
Recommends: libargon2-1
Section: net
Priority: optional
Description: MQTT server where an acknowledged message is a committed message
 Speaks MQTT 3.1, 3.1.1 and 5.0, reads a mosquitto.conf as it is, and keeps its state in
 SQLite or PostgreSQL.
CONTROL
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz --build "$root" "$out/broker_${version/-/\~}_$2.deb" >/dev/null
}

for rid in ${RIDS:-linux-x64 linux-arm64}; do
  say "$rid"
  case $rid in linux-x64) architecture=amd64 ;; linux-arm64) architecture=arm64 ;;
    *) echo "release.sh: no release for $rid" >&2; exit 2 ;; esac
  tree=$work/$rid/broker-$version
  mkdir -p "$tree/doc"
  kind=
  publish "$rid" "$tree/lib"
  find "$tree/lib" -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
  if [ -e "$tree/lib/broker" ]; then chmod 755 "$tree/lib/broker"; fi
  cp -R packaging/systemd packaging/mosquitto.conf packaging/install.sh packaging/broker.sh "$tree/"
  cp LICENSE README.md mosquitto-compat.md docs/*.md "$tree/doc/"
  name=broker-$version-$rid
  if [ "$kind" != runtime ]; then
    name=$name-dotnet
    echo "the runtime pack of $rid is not to be had: the package needs the runtime ($kind)"
  fi
  archive "$out/$name.tar.gz" "$work/$rid" "broker-$version"
  if command -v dpkg-deb >/dev/null; then package "$tree" "$architecture" "$kind"; else echo "no dpkg-deb: no Debian package"; fi
done

say "chart"
mkdir -p "$work/chart"
cp -R helm/broker "$work/chart/broker"
rm -rf "$work/chart/broker/ci"
sed -i -e "s/^version: .*/version: $version/" -e "s/^appVersion: .*/appVersion: \"$version\"/" "$work/chart/broker/Chart.yaml"
archive "$out/broker-chart-$version.tgz" "$work/chart" broker

if [ "${SBOM:-yes}" = yes ]; then
  say "bill of materials"
  if dotnet tool install CycloneDX --version 6.3.1 --tool-path "$work/tools" >"$work/sbom.log" 2>&1 &&
    "$work/tools/dotnet-CycloneDX" src/Broker/Broker.csproj --output "$out" --filename "broker-$version.cdx.json" \
      --output-format Json --set-name broker --set-version "$version" >>"$work/sbom.log" 2>&1; then
    :
  else
    tail -n 5 "$work/sbom.log"
    echo "no bill of materials: the tool could not be had, or failed" >&2
    exit 1
  fi
fi

cd "$out"
find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%f\n' | sort | xargs sha256sum >SHA256SUMS
cd "$here"
ls -l "$out"
