"""What the page finds in a playlist that is dropped, and in a text that is pasted: the same as the
receiver finds in a playlist that it fetches.
"""

from __future__ import annotations

import pytest

from controller.playlist_text import write
from receiver.errors import Unplayable
from receiver.model.state import Entry, Tags
from receiver.protocol.limits import MAX_URL
from receiver.protocol.playlist import HEAD, playlist_kind, read_playlist
from tests.web.conftest import Call

pytestmark = pytest.mark.browser

NOWHERE = "file:///"
"""Seen from here what has no address of its own has none at all."""
URLS = ["http://a/1.ogg", "https://b/Don't%20stop.ogg?x=1&y=<2>", "http://c/#part"]
M3U = f"""#EXTM3U
#EXTINF:40,See http://a/not-a-song
#EXTIMG:http://a/cover.jpg
#PLAYLIST:http://a/home
http://a/1.ogg
  https://b/Don't.ogg\t

#http://a/comment.ogg
song.ogg
ftp://a/2.ogg
http://c/two words.ogg
http://d/\x85.ogg
http://e/{"x" * MAX_URL}
http://f/last.ogg"""
BARE = "http://a/1.ogg\r\nhttps://b/Don't.ogg\r# http://a/comment.ogg\r\nhttp://c/3.ogg"
PLS = """[playlist]
File10=http://a/10.ogg
file2 = http://a/2.ogg?a=b
Title2=http://a/title
Image2=http://a/cover.jpg
File1=song.ogg
File2=http://a/two.ogg
NumberOfEntries=3
"""
XSPF = """<?xml version="1.0" encoding="UTF-8"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/">
  <location>http://a/this-list.xspf</location>
  <image>http://a/list.jpg</image>
  <trackList>
    <track>
      <image>http://a/cover.jpg</image><info>http://a/about</info><title>http://a/title</title>
      <location> http://a/1.ogg?x=1&amp;y=&#50;&#x33; </location>
      <location>http://mirror/1.ogg</location>
      <link rel="http://a/rel">http://a/link</link>
      <meta rel="http://a/meta">http://a/metadata</meta>
    </track>
    <!-- <track><location>http://a/comment.ogg</location></track> -->
    <track><title>nowhere</title></track>
    <track><location><![CDATA[http://b/Don't.ogg?x=1&y=2]]></location></track>
    <track><location>file:///home/song.ogg</location></track>
  </trackList>
</playlist>
"""
PREFIXED = """<x:playlist version="1" xmlns:x="http://xspf.org/ns/0/"><x:trackList>
<x:track><x:location>http://a/1.ogg</x:location></x:track></x:trackList></x:playlist>"""
ENTITIES = """<!DOCTYPE playlist [<!ENTITY e "http://a/1.ogg">]>
<playlist xmlns="http://xspf.org/ns/0/"><trackList><track><location>http://a/2.ogg</location></track>
</trackList></playlist>"""
JSPF = r"""{"playlist": {"image": "http:\/\/a\/list.jpg", "track": [
  {"location": ["http:\/\/a\/1.ogg", "http://mirror/1.ogg"], "info": "http://a/about"},
  {"location": "http://b/Don't.ogg"}, {"location": []}, {"title": "nowhere"}]}}"""
IN_M3U = ["http://a/1.ogg", "https://b/Don't.ogg", "http://c/two words.ogg", "http://f/last.ogg"]
LISTS = [
    ("m3u", "a.m3u", M3U, IN_M3U),
    ("m3u", "bare.M3U8", BARE, ["http://a/1.ogg", "https://b/Don't.ogg", "http://c/3.ogg"]),
    ("pls", "a.pls", PLS, ["http://a/two.ogg", "http://a/10.ogg"]),
    ("xspf", "a.xspf", XSPF, ["http://a/1.ogg?x=1&y=23", "http://b/Don't.ogg?x=1&y=2"]),
    ("xspf", "b.xspf", PREFIXED, ["http://a/1.ogg"]),
    ("xspf", "c.xspf", ENTITIES, []),
    ("jspf", "a.jspf", JSPF, ["http://a/1.ogg", "http://b/Don't.ogg"]),
    ("jspf", "b.jspf", '{"playlist": {"track": [', []),
]
FIND = "({entriesIn}, [text, name]) => entriesIn(text, name).map(({url}) => url)"


def found(kind: str, body: str) -> list[str]:
    """By the receiver."""
    try:
        return [entry.url for entry in read_playlist(kind, body.encode(), NOWHERE)]
    except Unplayable:
        return []


@pytest.mark.parametrize(("kind", "name", "body", "meant"), LISTS)
async def test_a_playlist_holds_what_the_receiver_finds_in_it(
    call: Call, kind: str, name: str, body: str, meant: list[str]
) -> None:
    assert playlist_kind(body.encode()[:HEAD], name, "") == kind
    assert found(kind, body) == meant
    assert await call("entries", FIND, [body, name]) == meant
    assert await call("entries", FIND, [f"\ufeff\n{body}", name]) == meant


@pytest.mark.parametrize("suffix", [".m3u8", ".pls", ".xspf", ".jspf"])
async def test_what_we_have_saved_is_found_again(call: Call, suffix: str) -> None:
    entries = [Entry(url, Tags("See http://a/title", "<&>"), 1000.0) for url in URLS]
    text = write(suffix, entries)
    assert await call("entries", FIND, [text, f"evening{suffix}"]) == URLS


async def test_hls_only_looks_like_a_playlist(call: Call) -> None:
    script = """({entriesIn}, text) => {
        try { return entriesIn(text, "a.m3u8"); } catch ({code}) { return code; }
    }"""
    text = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nhttp://a/1.ts\n"
    assert await call("entries", script, text) == "unsupported_format"


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("http://a/Don't.ogg", ["http://a/Don't.ogg"]),
        (" http://a/1.ogg\nhttps://b/2.ogg\thttp://c/3.ogg ", 3),
        ("here: HTTP://a/1.ogg or <http://b/2.ogg> or \"http://c/3'4.ogg\"",
         ["http://a/1.ogg", "http://b/2.ogg", "http://c/3'4.ogg"]),
        ("http://a/?next=http://b/", ["http://a/?next=http://b/"]),
        ("ftp://a/1.ogg http:// file:///a.ogg a.ogg", []),
        ("", []),
        (M3U, IN_M3U),
    ],
)  # fmt: skip
async def test_a_pasted_text_is_words(call: Call, pasted: str, meant: list[str] | int) -> None:
    urls = await call("entries", FIND, [pasted, ""])
    assert (len(urls) if isinstance(meant, int) else urls) == meant


async def test_the_longest_address_and_one_that_is_too_long(call: Call) -> None:
    """Counted as the receiver does, in characters."""
    longest = "http://a/" + "\N{MUSICAL NOTE}" * (MAX_URL - len("http://a/"))
    script = "({entriesIn, hasTooLong}, text) => [entriesIn(text).length, hasTooLong(text)]"
    assert await call("entries", script, longest) == [1, False]
    assert await call("entries", script, f"http://b/ {longest}x") == [1, True]


@pytest.mark.parametrize(
    "pattern",
    ["<", "<!--", "<track><location><![CDATA[", "a.", "&a", '"', "\n", "-->", "<location "],
)
async def test_no_text_takes_long(call: Call, pattern: str) -> None:
    """A million characters of it: where each is looked at for each, that takes minutes."""
    script = """({entriesIn}, [head, pattern]) =>
        entriesIn(head + pattern.repeat((1 << 20) / pattern.length), "a.m3u").length"""
    for head in ("", "#EXTM3U", "[playlist]\nfile1=", "<xspf.org/ns/0><track><location><"):
        assert await call("entries", script, [head, pattern]) == 0
