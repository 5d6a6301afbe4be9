#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone to a configured tree: installs what is missing, makes ./configure, runs it.
#   ./autogen.sh [--no-install] [arguments of configure]
# --no-install prints the line that would install and goes on without it.
set -eu
cd "$(dirname "$0")"

# Debian's names of what the build, `make check` and `make demo` need.
packages="
	autoconf automake libtool pkg-config make gcc g++ libc6-dev
	libical-dev libxml2-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev libyaml-dev libjansson-dev
	zlib1g-dev libre2-dev libpsl-dev libseccomp-dev libpq-dev
	libcriterion-dev python3 python3-caldav python3-dateutil python3-jsonschema python3-yaml python3-radicale vdirsyncer xandikos curl tzdata publicsuffix mandoc openssl xz-utils
"
# A server that schedules. Where it cannot be had, the stories that want it are skipped.
servers="cyrus-caldav"
# It wants a mail transport agent, and starts nothing with this one.
[ -x /usr/sbin/sendmail ] || servers="$servers dma"

say() {
	echo "autogen.sh: $*"
}

fail() {
	echo "autogen.sh: $*" >&2
	exit 1
}

# The packages among the arguments that dpkg does not know as installed, on one line.
missing_packages() {
	{
		printf 'want %s\n' "$@"
		dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true
	} | awk '
		$1 == "want" { wanted[++n] = $2 }
		$1 == "installed" { have[$2] = 1 }
		END { for (i = 1; i <= n; i++) if (!(wanted[i] in have)) printf "%s%s", separator++ ? " " : "", wanted[i] }'
}

may_install() {
	[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

update() {
	as_root apt-get -qq update
}

# Asks nothing, starts nothing beyond what the packages themselves start, takes no package that is only recommended.
install_packages() {
	say "installing from Debian packages: $*"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 install "$@" >/dev/null
}

install_missing() {
	may_install || fail "needs root or sudo to install packages; as root, run: apt-get install $missing"
	update || fail "apt-get update failed: is there a network?"
	# shellcheck disable=SC2086 # one word each
	install_packages $missing || fail "apt-get install failed; the packages were: $missing"
	say "installed"
}

# Where systemd runs, the package would start a server of its own.
install_servers() {
	[ ! -d /run/systemd/system ] || as_root systemctl -q mask cyrus-imapd || true
	# shellcheck disable=SC2086
	install_packages $absent && say "installed"
}

install=yes
if [ "${1-}" = --no-install ]; then
	install=no
	shift
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	say "this is no Debian system, so nothing is installed here. What Debian calls"
	# shellcheck disable=SC2086
	say "    "$packages
	say "is needed, under whatever names your system has for it."
	missing='' absent=''
else
	# shellcheck disable=SC2086
	missing=$(missing_packages $packages)
	# shellcheck disable=SC2086
	absent=$(missing_packages $servers)
fi

if [ -z "$missing$absent" ]; then
	:
elif [ "$install" = yes ]; then
	[ -z "$missing" ] || install_missing
	[ -z "$absent" ] || { may_install && { [ -n "$missing" ] || update; } && install_servers; } ||
		say "not installed: $absent; the tests that want it will be skipped"
else
	say "not installed as asked; the line is:"
	echo "    apt-get install --no-install-recommends $missing${missing:+${absent:+ }}$absent"
	missing=
fi

command -v autoreconf >/dev/null || fail "autoreconf is missing (Debian: autoconf, automake, libtool)"
mkdir -p .build-aux
stale=$(find configure.ac Makefile.am src rules tests plugin .build-aux \
	\( -name configure.ac -o -name Makefile.am -o -name Makefile.inc -o -name '*.m4' \) \
	-newer Makefile.in 2>/dev/null || true)
if [ ! -x configure ] || [ ! -f Makefile.in ] || [ -n "$stale" ]; then
	say "making ./configure"
	autoreconf -i
fi

if [ -z "$missing" ] && [ -x config.status ] && [ -z "$(find configure -newer config.status)" ] &&
	[ "$(./config.status --config)" = "$*" ]; then
	say "already configured with these arguments"
else
	./configure --quiet "$@"
fi
say "ready: make, make check, make demo"
