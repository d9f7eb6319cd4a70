#!/usr/bin/env bash
# Checks one checkpoint of dialin without dialin, and prints what it says:   check_note.sh NOTE KEYFILE.pub
#
# NOTE is a file with one note. Status 1: it is not what this key signed. Needs openssl 3.
set -euo pipefail

stop() { echo "check_note.sh: $1" >&2; exit "${2:-1}"; }
[ $# = 2 ] || stop "NOTE KEYFILE.pub" 2
read -r public <"$2"
name=${public%%+*} rest=${public#*+}
id=${rest%%+*} key=${rest#*+}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# What is signed: all lines before the empty one, with their line ends.
sed '/^$/,$d' "$1" >"$dir/text"
# Behind the key's name stand four bytes of id and 64 of signature.
awk -v name="$name" '$1 == "—" && $2 == name { print $3 }' "$1" | head -n 1 | base64 -d >"$dir/signed"
[ "$(head -c 4 "$dir/signed" | od -An -tx1 | tr -d ' \n')" = "$id" ] || stop "there is no signature of $name+$id"
tail -c +5 "$dir/signed" >"$dir/signature"
# The key behind its first byte, the algorithm, in the wrapping that openssl wants (RFC 8410).
{ printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; base64 -d <<<"$key" | tail -c 32; } >"$dir/key"
openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$dir/key" -in "$dir/text" -sigfile "$dir/signature" >"$dir/said" 2>&1 ||
  stop "the signature is wrong"

{ read -r origin; read -r sequence; read -r hash; read -r time; } <"$dir/text"
echo "log ${origin#dialin/log/}, head $sequence:$(base64 -d <<<"$hash" | od -An -v -tx1 | tr -d ' \n'), signed ${time#time }"
