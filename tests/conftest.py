"""What every test stands on: a home of its own, and one of the two databases.

`SAMEN_TEST_DATABASE=postgresql` runs the same tests on a private PostgreSQL 15 that is started and stopped here.
"""

import os
import tempfile

os.environ["SAMEN_HOME"] = tempfile.mkdtemp(prefix="samen-test-")
