"""Limits of the protocol, in one place so that nobody has to guess."""

VERSION = 1
DEFAULT_PORT = 7766
SERVICE_TYPE = "_tonearm._tcp.local."
WEBSOCKET_PATH = "/v1/ws"
COMMANDS_PATH = "/v1/commands"
STATUS_PATH = "/v1/status"
SCHEMA_PATH = "/v1/schema"
METRICS_PATH = "/metrics"

MAX_MESSAGE_BYTES = 64 * 1024
MAX_TEXT = 1024
MAX_URL = 2048
MAX_ID = 64
UNIQUE_ID = 16
"""Characters from which on an id is taken to be unique: such a command is done once, however often
it comes."""
MAX_QUEUE = 10_000
MAX_ITEMS = 500
"""Items that one command adds, removes or lists."""
MAX_POSITION_MS = 7 * 24 * 3600 * 1000
