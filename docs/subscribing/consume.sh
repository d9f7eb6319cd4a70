#!/usr/bin/env bash
# Prints the records of a dialin log on Kafka, strays left out, a line each: OFFSET ID SEQUENCE TYPE SUBJECT.
#
#   consume.sh BROKERS TOPIC [--after OFFSET ID] [--until-end]
#
# The first two words of a line are the place behind its record: keep them with what you make of the record, and give them to --after to go on
# there. --until-end stops at the present end. Status 1: the topic is not, or no longer, the log that was being read; or no broker answers, because
# kcat does not wait for one: then start it again behind its last line. Needs kcat and jq.
set -euo pipefail

stop() { echo "consume.sh: $1" >&2; exit "${2:-1}"; }
for program in kcat jq; do command -v $program >/dev/null || stop "needs $program" 3; done

[ $# -ge 2 ] || stop "BROKERS TOPIC [--after OFFSET ID] [--until-end]" 2
brokers=$1 topic=$2 begin=0 offset='' last=$(printf '0%.0s' {1..64}) to=()
shift 2
while [ $# -gt 0 ]; do
  case "$1" in
    --after) [[ $# -ge 3 && $2 =~ ^(0|[1-9][0-9]*)$ ]] || stop "--after OFFSET ID" 2; offset=$2 last=$3 begin=$(($2 + 1)); shift 3 ;;
    --until-end) to=(-e); shift ;;
    *) stop "unknown option $1" 2 ;;
  esac
done

# JSON escapes what a stray may hold; of kcat's other formats a line could be forged. Without read_uncommitted an open transaction of anybody
# hides the end; without auto.offset.reset=error the reader would silently go on somewhere else.
records_from() {
  exec kcat -C -q -u -J -b "$brokers" -t "$topic" -p 0 -X isolation.level=read_uncommitted -X auto.offset.reset=error -o "$@"
}

# A name that stands twice: the last one counts. A null value is null.
headers='def headers: (.headers // []) as $all | reduce range(0; $all | length; 2) as $at ({}; .[$all[$at]] = $all[$at + 1]);'

if [ -n "$offset" ]; then
  records_from "$offset" -c 1 -e | jq -e --argjson offset "$offset" --arg id "$last" "$headers"'.offset == $offset and headers.ce_id == $id' >/dev/null ||
    stop "the record at offset $offset is not the one that was accepted there"
fi

exec {records}< <(records_from "$begin" "${to[@]}")
kcat=$!
trap 'kill $kcat 2>/dev/null || true' EXIT
jq -n -r --unbuffered --arg last "$last" "$headers"'
  # Of a record that stands where the next one belongs, but is none. Nodes of dialin halt there, too.
  def whole: (.headers as $all | [range(0; $all | length; 2) | $all[.]] | map(select(startswith("ce_"))) | length == (unique | length))
    and .payload != null and (headers | .ce_sequence != null and .ce_type != null and .ce_time != null and (.ce_id // "" | test("^[0-9a-f]{64}$")));
  foreach inputs as $record ({last: $last};
    .accepted = (($record | headers.ce_previousid) == .last)                       # the rule
    | if .accepted then .last = ($record | headers.ce_id) else . end;
    if .accepted | not then empty
    elif $record | whole then $record | headers as $h | [.offset, $h.ce_id, $h.ce_sequence, $h.ce_type, $h.ce_subject // "-"] | join(" ")
    else "consume.sh: the record at offset \($record.offset) is none\n" | halt_error(1) end)' <&"$records"
wait $kcat || stop "the topic cannot be read on"
