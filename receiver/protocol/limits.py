"""Limits of the protocol, in one place so that nobody has to guess."""

VERSION = 1
DEFAULT_PORT = 7766
SERVICE_TYPE = "_tonearm._tcp.local."
MDNS_PORT = 5353
WEBSOCKET_PATH = "/v1/ws"
PEER_PATH = "/v1/peer"
COMMANDS_PATH = "/v1/commands"
STATUS_PATH = "/v1/status"
DOCTOR_PATH = "/v1/doctor"
SCHEMA_PATH = "/v1/schema"
COVERS_PATH = "/v1/covers"
METRICS_PATH = "/metrics"
UPLOADS_PATH = "/v1/uploads"

MAX_MESSAGE_BYTES = 64 * 1024
MAX_STRANGER_BYTES = 4 * 1024
"""From who is not paired: what lets somebody in is short, and more is not even looked at."""
MAX_PEER_MESSAGE_BYTES = 4 * 1024 * 1024
"""Between receivers: rows of a queue come in parts, but one row alone may be long."""
MAX_TEXT = 1024
MAX_URL = 2048
MAX_ID = 64
MAX_NAME = 256
MAX_TOKEN = 128
UNIQUE_ID = 16
"""Characters from which on an id is taken to be unique: such a command is done once, however often
it comes."""
MAX_QUEUE = 10_000
MAX_ITEMS = 500
"""Items that one command adds, removes or lists."""
MAX_HISTORY = 100
"""What was played: so much is remembered."""
MAX_PLAYLIST_DEPTH = 3
"""Playlists within playlists."""
MAX_CROSSFADE_S = 12
MAX_POSITION_MS = 7 * 24 * 3600 * 1000
