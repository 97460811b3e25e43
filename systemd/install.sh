#!/bin/bash
# Install Tonearm on Raspberry Pi OS or Debian, or bring an installed one up to date.
#
#   sudo ./systemd/install.sh [OPTION...]
#
# --wheels DIR    take all Python packages from DIR, without a network; to fill it:
#                 python3 -m pip wheel --wheel-dir DIR setuptools '.[pi]'
# --package FILE  take this package, which "make deb" made, and build none
# --root DIR      install into the Debian that lies in DIR, and start nothing
# --help          show this
#
# Makes a Debian package of this checkout, with a virtual environment under /opt/tonearm, and has
# apt install it. State and an edited /etc/tonearm/receiver.toml stay as they are.
set -euo pipefail

NEEDED_MB=600
here=$(dirname "$(realpath "$0")")

die() {
    echo "install.sh: $*" >&2
    exit 1
}

root='' wheels='' package=''
while [ $# -gt 0 ]; do
    case $1 in
        --help) sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0"; exit ;;
        --root | --wheels | --package)
            [ $# -gt 1 ] || die "$1 needs a value; see --help."
            value=$(realpath -e -- "$2" 2>/dev/null) || die "$1: there is no $2."
            declare "${1#--}=$value"
            shift
            ;;
        *) die "$1 is not known; see --help." ;;
    esac
    shift
done
[ -z "$wheels" ] || [ -z "$package" ] || die "--package needs no --wheels."
[ "$(id -u)" = 0 ] || die "this needs root: sudo $0"

if [ -n "$root" ]; then
    [ -e "$root/etc/debian_version" ] || die "$root holds no Debian: it has no /etc/debian_version."
    folder=$here arguments=()
    if [ -n "$wheels" ]; then
        folder=$wheels arguments=(--wheels /run/tonearm/folder)
    elif [ -n "$package" ]; then
        folder=$(dirname "$package")
        arguments=(--package "/run/tonearm/folder/$(basename "$package")")
    fi
    exec "$here/in-root.sh" "$root" "$folder" install.sh "${arguments[@]}"
fi

# --- what must be there
if [ ! -e /etc/debian_version ] || ! command -v apt-get >/dev/null; then
    die "this is neither Debian nor Raspberry Pi OS: run the receiver as README.md says."
fi
[ -d /run/systemd/system ] || [ -n "${IN_ROOT_FOLDER-}" ] ||
    die "systemd does not run here; into the folder of another system it goes by --root."
case $(cut -d. -f1 /etc/debian_version) in
    [0-9] | 10 | 11) die "this is Debian $(cat /etc/debian_version), and 12 (bookworm) is needed." ;;
esac
free_mb=$(df --output=avail -m /opt /var/tmp | sort -n | sed -n 2p)
[ "$free_mb" -ge $NEEDED_MB ] ||
    die "$free_mb MB are free at /opt and /var/tmp, and $NEEDED_MB MB are needed."

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp -d /var/tmp/tonearm.XXXXXX)
chmod 755 "$log" # apt reads the package as a user of its own
trap 'rm -rf "$log"' EXIT
apt_install() {
    apt-get -qq install -y --reinstall --allow-downgrades "$@" >"$log/apt" 2>&1
}
install_all() { # what is known of the packages may be old or missing
    apt_install "$@" || { apt-get -qq update >"$log/apt" 2>&1 && apt_install "$@"; } ||
        { tail -n 20 "$log/apt" >&2; die "apt could not install it: see above."; }
}

# --- build, install, look
if [ -z "$package" ]; then
    compgen -G '/usr/share/python-wheels/pip-*.whl' >/dev/null || install_all python3-venv
    echo "Building the package ..."
    "$here/build-deb.sh" ${wheels:+--wheels "$wheels"} --quick "$log" 2>"$log/build" ||
        { tail -n 20 "$log/build" >&2; die "the package could not be built: see above."; }
    package=$(echo "$log"/*.deb)
fi
echo "Installing $(basename "$package") ..."
install_all -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$package"
[ -z "${IN_ROOT_FOLDER-}" ] || exit 0

tonearm-receiver --doctor || echo "What is wrong stands above. It can be mended later."
echo "Done. To look at it: systemctl status tonearm. Its options: /etc/tonearm/receiver.toml"
echo "To let your first controller in: sudo tonearm-receiver pair, and on your computer: tonearm pair"
