#!/usr/bin/env bash
# Do the tables of the store stay as large as what is in them? Fills and drains the queues of the same sessions until
# 5,000,000 messages have passed, and shows sizes after each half of a round.
#
#   bench/churn.sh [--messages 5000000] [--round 100000] [--sessions 100] [--store postgres|sqlite]
#
# PostgreSQL: for each table pg_total_relation_size in MB, of which indexes, and the whole database. SQLite: its files.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

messages=5000000 round=100000 sessions=100 store=postgres
while [ $# -gt 0 ]; do
  case $1 in
    --messages) messages=$2 ;;
    --round) round=$2 ;;
    --sessions) sessions=$2 ;;
    --store) store=$2 ;;
    *) die "usage: bench/churn.sh [--messages N] [--round N] [--sessions N] [--store postgres|sqlite]" ;;
  esac
  shift 2 || die "$1 needs a value"
done

probe_command() {
  if [ "$store" = sqlite ]; then
    echo "stat -c '%n %s' '$folder'/broker.db '$folder'/broker.db-wal | sed 's/.*broker[.]//' |
      awk '{ printf \"%s%s %.1f\", comma, \$1, \$2 / 1e6; comma = \", \" }'"
    return
  fi
  cat >"$work/sizes.sql" <<'SQL'
select coalesce(string_agg(format('%s %s (%s)', c.relname,
         round(pg_total_relation_size(c.oid) / 1e6, 1), round(pg_indexes_size(c.oid) / 1e6, 1)), ', ' order by c.relname), '')
       || ', all ' || round(pg_database_size(current_database()) / 1e6, 1)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') and pg_total_relation_size(c.oid) > 100000
SQL
  echo "'$(postgres_folder)/psql' -X -q -A -t -h 127.0.0.1 -p $postgres_port -U bench -f '$work/sizes.sql'" \
    "'$(basename "$folder")'"
}

require_build
folder="$work/run_${store}_1"
case $store in
  postgres) start_postgres || exit 0 ;;
  sqlite) ;;
  *) die "$store is neither postgres nor sqlite" ;;
esac
machine=$(describe_machine)
start_server "$store" "$folder" || exit 1
status=0
load churn --messages "$messages" --round "$round" --subscribers "$sessions" --port "$server_port" --pid "$server_pid" \
  --probe "$(probe_command)" --json > >(tee "$work/lines.jsonl" >&2) || status=$?
[ "$status" -eq 0 ] || failures+=("$store: broker-load ended with status $status")
stop_server
counters=$(store_counters)

echo "$machine $messages messages in rounds of $round for $sessions sessions; sizes in MB (of which indexes)."
if [ -n "$counters" ]; then echo "The store counted (commits, rows written, rows elided): $counters."; fi
echo
grep '"churn-round"' "$work/lines.jsonl" >"$work/rounds.jsonl" || true
columns="queued_per_second:queued/s:0,drained_per_second:drained/s:0,rss_mb:RSS MB:0"
load table --by 'round,probe_queued:queues full,probe_drained:drained' --columns "$columns" "$work/rounds.jsonl"
echo
grep -v '"churn-round"' "$work/lines.jsonl" || true
finish
