# What the scripts of this folder share: where the server is, and who calls.
set -eu
ROLLCALL=${ROLLCALL:-http://127.0.0.1:4000}
: "${TOKEN:?Set TOKEN to the token of a user: a development server prints links with some, and npm run token makes one.}"

# call METHOD PATH [JSON]: one request, its answer on a line. Fails where the answer is an error.
call() {
  echo "$1 $2"
  if [ $# -gt 2 ]; then set -- "$1" "$2" -H 'Content-Type: application/json' -d "$3"; fi
  method=$1 path=$2
  shift 2
  curl -sS --fail-with-body -X "$method" "$ROLLCALL$path" -H "Authorization: Bearer $TOKEN" "$@"
  echo
}
