#!/bin/sh
# Makes the files beside it. Needs flite, ffmpeg and oggenc (packages flite, ffmpeg, vorbis-tools).
set -eu

LEVEL=-18      # RMS of each word, dBFS
PEAK=0.89      # -1 dBFS
RATE=16000     # the voice's own
REST=0.3       # seconds

cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# $1: name of the file. All are encoded alike, so that one decoder serves them all.
encode() {
    oggenc --quiet --quality 1 --serial 1 --output "$1.ogg" "$work/done.wav"
}

# $1: name of the file, $2: what is said. Trimmed, faded, as loud as the others.
say() {
    flite -voice rms --setf duration_stretch=1.15 -t "$2." -o "$work/said.wav"
    trim='silenceremove=start_periods=1:start_threshold=-50dB:start_silence=0.02'
    ffmpeg -v error -y -i "$work/said.wav" -af \
        "highpass=f=80,$trim,afade=d=0.01,areverse,$trim,afade=d=0.02,areverse" \
        "$work/trimmed.wav"
    mean=$(ffmpeg -i "$work/trimmed.wav" -af volumedetect -f null - 2>&1 |
        sed -n 's/.*mean_volume: \(.*\) dB/\1/p')
    gain=$(awk "BEGIN { print $LEVEL - ($mean) }")
    ffmpeg -v error -y -i "$work/trimmed.wav" \
        -af "volume=${gain}dB,alimiter=limit=$PEAK:level=false" -ar "$RATE" -ac 1 "$work/done.wav"
    encode "$1"
}

n=0
for word in zero one two three four five six seven eight nine; do
    say "$n" "$word"
    n=$((n + 1))
done
say code "Pairing code"
say again "Once more"
ffmpeg -v error -y -f lavfi -i "anullsrc=r=$RATE:cl=mono" -t "$REST" "$work/done.wav"
encode rest
