"""What can be written on the command line."""

from __future__ import annotations

import argparse
import functools
import re
from typing import NoReturn

EXIT_CODES = """\
exit codes:
  0    done
  2    the command line or the request is wrong, the receiver is called by a name that it does
       not know, or the URL is not http, or leads to where the receiver does not go
       (bad_request, wrong_host, wrong_origin, unsupported_scheme, refused_address, too_large)
  3    not now: nothing plays, the stream cannot seek, another play came before, the queue is
       not what it was, or a receiver does something else (nothing_playing, not_seekable,
       superseded, pinned, no_such_item, no_such_pairing, too_many, no_room, conflict, busy,
       target_playing, stale)
  4    the server of the stream is at fault (unreachable, http_refused, stalled)
  5    the stream cannot be played (unsupported_format, unplayable)
  6    the receiver has no sound device to play on (no_device)
  7    no receiver was found, or it does not answer (no_receiver)
  8    a transfer failed (target_not_ready, target_lost, handoff_failed)
  9    the doctor found something that does not work
  10   not without being paired, or not as a guest (unauthorized, forbidden, bad_code,
       pairing_closed)
  70   a fault in Tonearm itself (internal)
  78   the receiver's configuration is wrong (config)
  130  ended by Ctrl-C, and the music with it

Without --device, commands go to the receiver used last, after a transfer to the one that has the
music, or to the only one there is.
With --json, errors are JSON on stderr too: {"error": {"code", "message", "detail"}}.
"""

CAST_HELP = """\
Play URLs, local files, or what a local playlist names (M3U, PLS, XSPF, JSPF), one after the other,
instead of the queue that is there. On a terminal, what plays is shown until it has ended or Ctrl-C;
otherwise, or with --detach, the command returns when the first is heard, if all are URLs: the
others wait in the queue.

Local files are served from this computer while they play. Ctrl-C then leaves as soon as the
receiver has all of the one that plays; a second Ctrl-C stops the music. What comes from a URL plays
on.
"""


QUEUE_HELP = """\
Show or edit what is played one after the other. Items are numbered from 1, as `queue ls` shows
them; 3-5 names several. Without a word, the queue is shown.
"""


SAVE_HELP = """\
Write the queue into a playlist file: M3U8, or, by the suffix, .pls, .xspf or .jspf. Files that this
computer has cast are named by their paths.
"""


PAIR_HELP = """\
Be let in by a receiver that takes commands only from those who are paired with it. Hold its button,
or run `tonearm-receiver pair` there, and it shows and says a code of six digits; the link that it
shows will do as well.

What a receiver gives this user to show is kept in pairings.json, in the folder of the state.
"""


JOIN_HELP = """\
Let RECEIVER be of the house of another one: music can move between the two, commands go through
either, and whoever is paired with one is with both. You must be an owner of both: see `tonearm
pair`. `tonearm pairings revoke RECEIVER` ends it.
"""


SETTINGS_HELP = """\
Show how a receiver is set, and where each value comes from; with KEY, that setting alone; with
VALUE, change it. It holds at once, and after a restart. You must be an owner: see `tonearm pair`.
KEY is name, volume_cap, night_cap, night_hours, device, guest_skips, guest_volume or guest_hours.
"""


TRANSFER_HELP = """\
Hand what plays, and the queue, over to another receiver, where it goes on without a gap. FROM and
TO are names, ids or HOST[:PORT]. Without FROM, and without --device, it is taken from the only
receiver of the house that plays, or else from the one that commands go to.

Commands without --device go to TO afterwards; if FROM was named, only if they went to FROM before.
"""


class Arguments(argparse.Namespace):
    """The words of one command line; a command reads those it has."""

    command: str
    device: str | None = None
    json: bool = False
    what: list[str]
    position: str
    level: str | None
    switch: str | None
    repeat: str | None
    seconds: str | None
    edit: str | None
    numbers: list[str]
    number: str
    to: str
    source: str | None
    to_paused: bool
    replace: bool
    next: bool
    at: str | None
    play: bool
    file: str
    force: bool
    start: str | None
    paused: bool
    detach: bool
    verbose: bool
    shell: str
    code: str | None
    name: str | None
    role: str
    pairing: str
    key: str | None
    value: str | None
    joins: str
    house: str | None
    invitation: str | None


class Parser(argparse.ArgumentParser):
    """Complains in one line that says what to do."""

    def error(self, message: str) -> NoReturn:
        """Exit with the code of a wrong request."""
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")


def shield_negative(words: list[str]) -> list[str]:
    """Keep `-10` and `-1:30` from being read as options, which have no digits here.

    To argparse, a word with a blank in it is no option.
    """
    return [f" {word}" if re.match(r"-\d", word) else word for word in words]


def make_parser() -> Parser:
    """The parser of the whole command line."""
    parser = Parser(
        prog="tonearm",
        description="Cast a stream to a network speaker, and control it.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common()],
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    add = functools.partial(_add, commands)
    add("discover", "list the receivers in reach, and what they play")
    _add_cast(add("cast", "play URLs, local files or playlists"))
    add("pause", "stand still; nothing is lost")
    add("resume", "go on from where it stands")
    add("toggle", "pause if it plays, resume if it is paused")
    add("stop", "let go of what plays")
    add("seek", "move within what plays").add_argument(
        "position",
        metavar="TIME",
        help="a position, 83 or 1:23 or 1:02:03, or a step, +10 or -1:30",
    )
    add("volume", "show, set or change the volume").add_argument(
        "level", metavar="LEVEL", nargs="?", help="0 to 100, or a step, +5 or -5"
    )
    add("mute", "mute and unmute; without a word, change over").add_argument(
        "switch", metavar="on|off", nargs="?", choices=["on", "off"]
    )
    add("next", "play what follows")
    add("previous", "play from the start, or, within the first 3 s, the one before")
    add("repeat", "repeat nothing, what plays, or all; without a word, show it").add_argument(
        "repeat", metavar="off|one|all", nargs="?", choices=["off", "one", "all"]
    )
    add("shuffle", "play in random order; without a word, show it").add_argument(
        "switch", metavar="on|off", nargs="?", choices=["on", "off"]
    )
    add("crossfade", "let items overlap as they follow; without a word, show it").add_argument(
        "seconds", metavar="SECONDS|off", nargs="?", help="0 to 12"
    )
    _add_queue(add("queue", "show or edit what is played one after the other"))
    add("history", "list what was played on the receiver, the newest first")
    _add_transfer(add("transfer", "let the music go on at another receiver"))
    add("status", "show what the receiver does")
    add("watch", "show what the receiver does as it changes, until Ctrl-C")
    add("doctor", "say what is wrong, here and at the receiver, and what to do")
    _add_pair(add("pair", "be let in by a receiver"))
    joining = add("join", "let a receiver join the house of another one")
    joining.description = JOIN_HELP
    joining.add_argument("joins", metavar="RECEIVER", help="the one that joins")
    joining.add_argument("house", metavar="OF", nargs="?", help="any of the house; the default")
    _add_pairings(add("pairings", "show, open to or close to who is paired"))
    _add_settings(add("settings", "show or change how a receiver is set"))
    add("completion", "print a completion script", common=False).add_argument(
        "shell", choices=["bash", "zsh", "fish", "devices"], help="devices: the names it completes"
    )
    return parser


def _add(
    commands: argparse._SubParsersAction[Parser], name: str, help_text: str, common: bool = True
) -> Parser:
    """One more command, with what each of them takes."""
    return commands.add_parser(
        name,
        help=help_text,
        description=help_text[0].upper() + help_text[1:] + ".",
        parents=[_common()] if common else [],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _common() -> Parser:
    """What every command takes. Suppressed defaults let them stand before the command as well."""
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "-d", "--device", metavar="NAME|ID|HOST[:PORT]", help="the receiver; remembered"
    )
    common.add_argument("--json", action="store_true", help="for programs: JSON, one per line")
    return common


def _add_queue(queue: Parser) -> None:
    queue.description = QUEUE_HELP
    edits = queue.add_subparsers(dest="edit", metavar="WHAT")
    add = functools.partial(_add, edits)

    add("ls", "list the items; * marks the current one")
    adding = add("add", "add URLs, at the end")
    adding.add_argument("what", metavar="URL|PLAYLIST", nargs="+")
    adding.add_argument("--play", action="store_true", help="play the first of them at once")
    place = adding.add_mutually_exclusive_group()
    place.add_argument("--next", action="store_true", help="right behind the current item")
    place.add_argument("--at", metavar="N", help="as number N")
    add("rm", "remove items").add_argument("numbers", metavar="N", nargs="+", help="3, or 3-5")
    moving = add("mv", "move an item")
    moving.add_argument("number", metavar="N", help="the item's number")
    moving.add_argument("to", metavar="M", help="its new number")
    add("clear", "remove all items")
    add("jump", "play an item").add_argument("number", metavar="N")
    saving = add("save", "write it into a playlist file, which can be cast")
    saving.description = SAVE_HELP
    saving.add_argument("file", metavar="FILE", help="- for the standard output")
    saving.add_argument("--force", action="store_true", help="in the place of a file that is there")


def _add_pair(pair: Parser) -> None:
    pair.description = PAIR_HELP
    pair.add_argument("invitation", metavar="NAME|ADDRESS|LINK", nargs="?")
    pair.add_argument("--code", metavar="123456", help="asked for if it is left out")
    pair.add_argument("--name", metavar="TEXT", help="how this controller is called; user@host")


def _add_pairings(pairings: Parser) -> None:
    edits = pairings.add_subparsers(dest="edit", metavar="WHAT")
    add = functools.partial(_add, edits)
    add("ls", "list who is paired, and when they were here last")
    opening = add("open", "let somebody new in: make a code, for two minutes")
    opening.add_argument(
        "--role", choices=["owner", "member", "guest"], default="member", help="member"
    )
    revoking = add("revoke", "let a controller in no more; it is cut off at once")
    revoking.add_argument("pairing", metavar="NAME|ID")


def _add_settings(settings: Parser) -> None:
    settings.description = SETTINGS_HELP
    settings.add_argument("key", metavar="KEY", nargs="?", help="such as name or volume_cap")
    settings.add_argument("value", metavar="VALUE", nargs="?", help='"" for none')


def _add_transfer(transfer: Parser) -> None:
    transfer.description = TRANSFER_HELP
    transfer.add_argument("source", metavar="FROM", nargs="?")
    transfer.add_argument("to", metavar="TO")
    transfer.add_argument("--to-paused", action="store_true", help="it stands there, paused")
    transfer.add_argument(
        "--volume", dest="level", metavar="N", help="0 to 100 for the speaker there; else as it is"
    )
    transfer.add_argument(
        "--replace", action="store_true", help="also if TO plays something else, which is lost"
    )


def _add_cast(cast: Parser) -> None:
    cast.description = CAST_HELP
    cast.add_argument("what", metavar="URL|FILE|PLAYLIST", nargs="+")
    cast.add_argument("--start", metavar="TIME", help="begin at this position: 83 or 1:23")
    cast.add_argument("--paused", action="store_true", help="load it, but do not sound yet")
    cast.add_argument("-D", "--detach", action="store_true", help="return when it is heard")
    cast.add_argument("-v", "--verbose", action="store_true", help="show how long each stage took")
