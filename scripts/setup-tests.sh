#!/bin/sh
# What `npm test` needs and npm does not bring: redis-server (7 or later), nats-server, nginx, pgbouncer, faketime, ps and
# Chromium. Where something is missing and this is Debian or Ubuntu and one may install packages, apt installs it;
# else one sentence says what to install. Where all is there it only looks.
set -eu

missing=''

redis_major=$(redis-server --version 2>/dev/null | sed -n 's/.*v=\([0-9]*\)\..*/\1/p')
[ "${redis_major:-0}" -ge 7 ] || missing="$missing redis-server"
# Daemons are in folders that are not on everybody's path.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
command -v nats-server >/dev/null 2>&1 || missing="$missing nats-server"
command -v nginx >/dev/null 2>&1 || missing="$missing nginx"
command -v pgbouncer >/dev/null 2>&1 || missing="$missing pgbouncer"
command -v faketime >/dev/null 2>&1 || missing="$missing faketime"
command -v ps >/dev/null 2>&1 || missing="$missing procps"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"

[ -n "$missing" ] || exit 0

if [ "${ROLLCALL_TEST_SETUP:-on}" = off ] || ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  echo "The tests need$missing (redis-server: 7 or later). Install that, and run npm test again." >&2
  exit 1
fi

echo "Installing$missing for the tests by apt. ROLLCALL_TEST_SETUP=off keeps npm test from that."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The tests start servers of their own: run level 1 and, for systemd, a policy keep the packages from starting theirs.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
fi
# shellcheck disable=SC2086
RUNLEVEL=1 apt-get install -qq -y --no-install-recommends $missing >/dev/null

redis_major=$(redis-server --version 2>/dev/null | sed -n 's/.*v=\([0-9]*\)\..*/\1/p')
if [ "${redis_major:-0}" -lt 7 ]; then
  echo "The tests need redis-server 7 or later, and this system's packages have an older one. Install it from https://redis.io/docs/latest/operate/oss_and_stack/install/." >&2
  exit 1
fi
