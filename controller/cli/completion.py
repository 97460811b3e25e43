"""`tonearm completion`: small scripts for three shells, made from one table."""

from __future__ import annotations

from controller.cli.arguments import Arguments
from controller.cli.text import plain
from controller.known import Memory

COMMON = ["--device", "--json", "--help"]
WORDS = {
    "discover": COMMON,
    "cast": [*COMMON, "--start", "--paused", "--detach", "--verbose"],
    "pause": COMMON,
    "resume": COMMON,
    "toggle": COMMON,
    "stop": COMMON,
    "seek": COMMON,
    "volume": COMMON,
    "mute": [*COMMON, "on", "off"],
    "next": COMMON,
    "previous": COMMON,
    "repeat": [*COMMON, "off", "one", "all"],
    "shuffle": [*COMMON, "on", "off"],
    "crossfade": [*COMMON, "off"],
    "queue": [*COMMON, "ls", "add", "rm", "mv", "clear", "jump", "save"],
    "queue ls": COMMON,
    "queue add": [*COMMON, "--next", "--at", "--play"],
    "queue rm": COMMON,
    "queue mv": COMMON,
    "queue clear": COMMON,
    "queue jump": COMMON,
    "queue save": [*COMMON, "--force"],
    "history": COMMON,
    "transfer": [*COMMON, "--to-paused", "--volume", "--replace"],
    "status": COMMON,
    "watch": COMMON,
    "doctor": COMMON,
    "pair": [*COMMON, "--code", "--name"],
    "join": COMMON,
    "pairings": [*COMMON, "ls", "open", "revoke"],
    "pairings ls": COMMON,
    "pairings open": [*COMMON, "--role"],
    "pairings revoke": COMMON,
    "settings": [
        *COMMON,
        "name",
        "volume_cap",
        "night_cap",
        "night_hours",
        "device",
        "guest_skips",
        "guest_volume",
        "guest_hours",
    ],
    "completion": ["bash", "zsh", "fish", "--help"],
}
"""What may follow each command."""

FILES = ["cast", "queue add", "queue save"]
"""Commands that take files as well."""

DEVICES = ["transfer", "pair", "join"]
"""Commands that take names of receivers."""

FIRST = [command for command in WORDS if " " not in command]
"""The commands themselves, without the words that go on with one."""

BASH = """\
# Put this into ~/.bashrc:  source <(tonearm completion bash)
_tonearm_devices() {
    # Names come from the network: no compgen -W here, it would run what is written in them.
    while read -r word; do
        [[ $word == "$current"* ]] && COMPREPLY+=("$(printf %q "$word")")
    done < <(tonearm completion devices 2>/dev/null)
}
_tonearm() {
    local IFS=$'\\n' current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
    local word command="" words
    COMPREPLY=()
    if [[ $previous == --device || $previous == -d ]]; then
        _tonearm_devices
        return
    fi
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$command $word" in
            COMMANDS) command="${command:+$command }$word" ;;
        esac
    done
    case "$command" in
CASES
    esac
    COMPREPLY=($(compgen -W "${words// /$IFS}" -- "$current"))
    if [[ $current != -* ]]; then
        case "$command" in
            FILES) compopt -o filenames; COMPREPLY+=($(compgen -f -- "$current")) ;;
            DEVICES) _tonearm_devices ;;
        esac
    fi
}
complete -F _tonearm tonearm
"""

ZSH = """\
#compdef tonearm
# Put this into ~/.zshrc, after compinit:  source <(tonearm completion zsh)
_tonearm_devices() {
    compadd -- ${(f)"$(tonearm completion devices 2>/dev/null)"}
}
_tonearm() {
    local word command="" words_of
    if [[ ${words[CURRENT-1]} == (--device|-d) ]]; then
        _tonearm_devices
        return
    fi
    for word in ${words[2,CURRENT-1]}; do
        case "$command $word" in
            (COMMANDS) command="${command:+$command }$word" ;;
        esac
    done
    case "$command" in
CASES
    esac
    compadd -- ${=words_of}
    case "$command" in
        (FILES) _files ;;
        (DEVICES) _tonearm_devices ;;
    esac
}
compdef _tonearm tonearm
"""


def completion(arguments: Arguments) -> int:
    """Print the script, or, with `devices`, the names that are completed."""
    match arguments.shell:
        case "bash":
            print(bash(), end="")
        case "zsh":
            print(zsh(), end="")
        case "fish":
            print(fish(), end="")
        case _:
            for receiver in Memory().all():
                print(plain(receiver.name))
    return 0


def bash() -> str:
    """The script for bash."""
    return _filled(BASH, "words")


def zsh() -> str:
    """The script for zsh."""
    return _filled(ZSH, "words_of")


def fish() -> str:
    """The script for fish."""
    lines = [
        "# Put this into ~/.config/fish/completions/tonearm.fish",
        "complete -c tonearm -f",
        f"complete -c tonearm -n __fish_use_subcommand -a '{' '.join(FIRST)}'",
        "complete -c tonearm -s d -l device -x -a '(tonearm completion devices)'",
    ]
    for command, words in WORDS.items():
        when = f"complete -c tonearm -n '{_fish_condition(command)}'"
        lines += [
            f"{when} -l {word[2:]}" if word.startswith("--") else f"{when} -a {word}"
            for word in words
            if word != "--device"
        ]
    lines += [f"complete -c tonearm -n '{_fish_condition(command)}' -F" for command in FILES]
    lines += [
        f"complete -c tonearm -n '{_fish_condition(command)}' -a '(tonearm completion devices)'"
        for command in DEVICES
    ]
    return "\n".join(lines) + "\n"


def _fish_condition(command: str) -> str:
    """True behind a command, and before the word that goes on with it."""
    seen = [f"__fish_seen_subcommand_from {word}" for word in command.split()]
    further = [word.split()[1] for word in WORDS if word.startswith(f"{command} ")]
    if further:
        seen.append(f"not __fish_seen_subcommand_from {' '.join(further)}")
    return "; and ".join(seen)


def _filled(script: str, variable: str) -> str:
    """The table, put into a script."""
    cases = [
        f'        "{command}") {variable}="{" ".join(words)}" ;;'
        for command, words in WORDS.items()
    ]
    cases.append(f'        *) {variable}="{" ".join([*FIRST, *COMMON])}" ;;')
    # A command of two words follows its first; one of a single word follows nothing.
    patterns = [f'"{command}"' if " " in command else f'" {command}"' for command in WORDS]
    return (
        script.replace("COMMANDS", "|".join(patterns))
        .replace("CASES", "\n".join(cases))
        .replace("FILES", _pattern(FILES))
        .replace("DEVICES", _pattern(DEVICES))
    )


def _pattern(commands: list[str]) -> str:
    """Matches each of them."""
    return "|".join(f'"{command}"' for command in commands)
