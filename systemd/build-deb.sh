#!/bin/bash
# Build the Debian package of this checkout, for the Python and the architecture of this machine.
#
#   build-deb.sh [--wheels DIR] [--quick] FOLDER     puts tonearm_VERSION_ARCH.deb into FOLDER
#
# --wheels DIR  take all Python packages from DIR, without a network; to fill it:
#               python3 -m pip wheel --wheel-dir DIR setuptools '.[pi]'
# --quick       hardly compress: for a package that is installed at once and thrown away
#
# Everything lies in a virtual environment under /opt/tonearm. It is made in a folder of its own,
# then the paths in it are set right.
set -euo pipefail
umask 022
unset "${!TONEARM_@}" # they would be read as options of the receiver
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_QUIET=1

wheels='' compression=(-Zxz)
while [ $# -gt 1 ]; do
    case $1 in
        --wheels) wheels=$(realpath -e "$2"); shift ;;
        --quick) compression=(-Zgzip -z1) ;;
        *) echo "build-deb.sh: $1 is not known" >&2; exit 2 ;;
    esac
    shift
done
[ $# = 1 ] || { sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
mkdir -p "$1"
folder=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
project=$(dirname "$here")

work=$(mktemp -d /var/tmp/tonearm.XXXXXX)
trap 'rm -rf "$work"' EXIT
root=$work/root
venv=$root/opt/tonearm/venv
python=$(/usr/bin/python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
architecture=$(dpkg --print-architecture)

shopt -s nullglob
pip=(/usr/share/python-wheels/pip-*.whl)
if [ ${#pip[@]} = 0 ]; then
    echo "build-deb.sh: Python cannot make virtual environments: apt install python3-venv" >&2
    exit 1
fi

# --- GPIO: Python 3.13 and later have no lgpio at PyPI. There, what the system has is taken.
if [ "${python#*.}" -lt 13 ]; then
    extra='[pi]' gpio=''
else
    extra='' gpio=python3-rpi-lgpio
fi

# --- the virtual environment
mkdir "$work/source"
for part in pyproject.toml README.md controller hw receiver; do
    [ ! -e "$project/$part" ] || cp -r "$project/$part" "$work/source"
done
"/usr/bin/$python" -m venv --without-pip "$venv"
if [ -n "$wheels" ]; then
    from=(--no-index --find-links "$wheels")
else # never compile numpy for hours on a Pi; PyOgg is Python alone, and has no wheel
    from=(--only-binary :all: --no-binary pyogg)
fi
"$venv/bin/python" "${pip[0]}/pip" install --no-compile "${from[@]}" "$work/source$extra"
packages=$venv/lib/$python/site-packages
rm "$packages"/tonearm-*.dist-info/direct_url.json
if [ -z "$extra" ]; then
    system=/usr/lib/python3/dist-packages
    suffix=$("/usr/bin/$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
    for name in RPi lgpio.py "_lgpio$suffix"; do
        ln -s "$system/$name" "$packages/$name"
    done
fi

# --- the rest of the files
mkdir -p "$root"/{DEBIAN,etc/tonearm,usr/bin,usr/share/doc/tonearm}
"$venv/bin/tonearm-receiver" --print-config >"$root/etc/tonearm/receiver.toml"
for command in tonearm tonearm-receiver; do
    ln -s "/opt/tonearm/venv/bin/$command" "$root/usr/bin/$command"
done
install -Dm644 "$here/tonearm.service" -t "$root/usr/lib/systemd/system"
install -Dm644 "$here/tonearm.rules" "$root/usr/lib/udev/rules.d/60-tonearm.rules"
install -Dm644 "$here/tonearm.sysusers" "$root/usr/lib/sysusers.d/tonearm.conf"
install -m644 "$project/README.md" "$project/CHANGELOG.md" "$root/usr/share/doc/tonearm"
complete() { install -Dm644 <("$venv/bin/tonearm" completion "$1") "$root/usr/share/$2"; }
complete bash bash-completion/completions/tonearm
complete zsh zsh/vendor-completions/_tonearm
complete fish fish/vendor_completions.d/tonearm.fish

# --- the paths
find "$venv" -name __pycache__ -prune -exec rm -r {} +
grep -rlIF "$root" "$venv/bin" "$venv/pyvenv.cfg" | xargs sed -i "s|$root||g"
# Compiled as people run it, and, in a folder of its own, as the unit does: nobody may write there.
compile=("/usr/bin/$python" -X no_debug_ranges -m compileall -q -j 0 -s "$root" -p /)
"${compile[@]}" "$venv/lib"
PYTHONPYCACHEPREFIX=$work/compiled "${compile[@]}" -o 2 "$venv/lib"
mkdir "$root/opt/tonearm/compiled"
mv "$work/compiled$root/opt" "$root/opt/tonearm/compiled"

# --- the package
version=$("/usr/bin/$python" -c "import sys; sys.path.insert(0, '$work/source'); import receiver; print(receiver.__version__)")
size=$(du -sk --exclude=DEBIAN "$root" | cut -f1)
sed -e "s/@VERSION@/$version/; s/@ARCH@/$architecture/; s/@SIZE@/$size/" \
    -e "s/@PYTHON@/$python/; s/@GPIO@/$gpio/; /: $/d" "$here/debian/control" >"$root/DEBIAN/control"
install -m644 "$here/debian/conffiles" "$root/DEBIAN"
sed "s/@PYTHON@/$python/" "$here/debian/triggers" >"$root/DEBIAN/triggers"
install -m755 "$here"/debian/{postinst,prerm,postrm} "$root/DEBIAN"
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 md5sum) >"$work/md5sums"
install -m644 "$work/md5sums" "$root/DEBIAN"
dpkg-deb --root-owner-group "${compression[@]}" --build "$root" "$folder/tonearm_${version}_$architecture.deb" >&2
