"""Say by the exit code whether the service in this container can take requests."""

import sys
from http.client import HTTPConnection, HTTPException
from typing import Final

PORT: Final = 8000
SECONDS: Final = 4


def ready() -> bool:
    """Ask the service itself; no answer is a no."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not ready())
