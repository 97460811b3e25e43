#!/bin/bash
# Run a script of this folder in a root folder: in-root.sh DIR FOLDER SCRIPT ARGUMENTS...
#
# It sees this checkout as /run/tonearm/project and FOLDER as /run/tonearm/folder. What is mounted
# for that is gone with it, however it ends.
set -euo pipefail

if [ -z "${IN_OWN_NAMESPACE-}" ]; then
    IN_OWN_NAMESPACE=1 exec unshare --mount -- "$0" "$@"
fi
root=$1 folder=$2 script=$3
shift 3
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root"/run/tonearm/{project,folder} "$root/run/lock"
mount --bind "$(dirname "$(dirname "$(realpath "$0")")")" "$root/run/tonearm/project"
mount --bind "$folder" "$root/run/tonearm/folder"
if [ -f "$root/etc/resolv.conf" ] && [ ! -L "$root/etc/resolv.conf" ]; then
    mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
fi
unset TMPDIR
IN_ROOT_FOLDER=1 exec chroot "$root" "/run/tonearm/project/systemd/$script" "$@"
