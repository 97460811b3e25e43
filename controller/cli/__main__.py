"""`python -m controller.cli` is `tonearm`."""

import sys

from controller.cli.entry import main

sys.exit(main())
