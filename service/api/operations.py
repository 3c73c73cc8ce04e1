"""What operators and readers of the documentation ask for: whether the service runs, and the documentation itself."""

from typing import Final, Literal

from fastapi import APIRouter, Request, Response, status
from fastapi.responses import HTMLResponse
from pydantic import Field

from service.api.parts import parts_of
from service.api.views.records import View
from service.storage.migrating import is_current

router = APIRouter(tags=["operations"])

# Everything is ours and in files: nothing of a page that shows what partners wrote is run from within it.
DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Addresses are relative, so that the page works behind a proxy that serves it under another path.
DOCS_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley</title>
<link rel="icon" type="image/png" href="static/swagger-ui/favicon-32x32.png">
<link rel="stylesheet" href="static/swagger-ui/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="static/swagger-ui/swagger-ui-bundle.js"></script>
<script src="static/docs.js"></script>
</body>
</html>
"""


class LiveView(View):
    """The process runs."""

    status: Literal["ok"] = "ok"


class ReadyView(View):
    """Whether requests can be answered."""

    status: Literal["ok", "migrations are missing"]
    policies: list[str] | None = Field(
        default=None,
        description="What is wrong with policies' files, and which versions judge in their place.",
    )


@router.get("/docs", include_in_schema=False)
def docs() -> HTMLResponse:
    """Show the documentation, with assets of our own."""
    return HTMLResponse(DOCS_PAGE, headers={"Content-Security-Policy": DOCS_POLICY})


@router.get("/livez")
def livez() -> LiveView:
    """Say that the process runs."""
    return LiveView()


@router.get("/readyz", response_model_exclude_none=True)
async def readyz(request: Request, response: Response) -> ReadyView:
    """Say whether the database answers and its schema is current, and whether all policies can be read.

    A file that is broken does not keep the service from answering: the version that was activated judges on.
    """
    parts = parts_of(request)
    current = await is_current(parts.database)
    response.status_code = status.HTTP_200_OK if current else status.HTTP_503_SERVICE_UNAVAILABLE
    problems = await parts.in_force.look_for_problems()
    return ReadyView(status="ok" if current else "migrations are missing", policies=problems or None)
