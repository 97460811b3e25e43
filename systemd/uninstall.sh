#!/bin/bash
# Remove Tonearm.
#
#   sudo ./systemd/uninstall.sh [OPTION...]
#
# --purge     its configuration and state too: nothing is left
# --root DIR  from the Debian that lies in DIR
# --help      show this
set -euo pipefail

here=$(dirname "$(realpath "$0")")

die() {
    echo "uninstall.sh: $*" >&2
    exit 1
}

root='' how=remove
while [ $# -gt 0 ]; do
    case $1 in
        --help) sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0"; exit ;;
        --purge) how=purge ;;
        --root)
            [ $# -gt 1 ] || die "--root needs a value; see --help."
            root=$(realpath -e -- "$2" 2>/dev/null) || die "--root: there is no $2."
            shift
            ;;
        *) die "$1 is not known; see --help." ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || die "this needs root: sudo $0"
if [ -n "$root" ]; then
    option=()
    [ $how = remove ] || option=(--purge)
    exec "$here/in-root.sh" "$root" "$here" uninstall.sh "${option[@]}"
fi
if ! dpkg-query -W tonearm >/dev/null 2>&1; then
    echo "It is not installed."
    exit 0
fi
dpkg --$how tonearm
[ $how = purge ] || echo "Configuration and state stay; --purge removes them too."
echo "What was installed for it alone goes by: apt autoremove"
