"""The resource `story`: a case told in plain words."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.api.errors import SEEN
from service.api.languages import LanguageOf
from service.api.parts import DeskOf
from service.api.transaction import Reading, Transactional, refuses
from service.api.views.telling import StoryView, story_view
from service.casework import reading, story

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"], route_class=Transactional)


@router.get("/story")
@refuses(*SEEN)
async def tell_story(case_id: UUID, work: Reading, desk: DeskOf, language: LanguageOf, response: Response) -> StoryView:
    """Tell a case in plain words: what happened, where it stands, whose turn it is, what is missing, what you can do.

    In the borrower's own language (English or Chinese), unless `locale` or `Accept-Language` asks for the other. What
    you may not see is not told.
    """
    file = await reading.open_file(work, case_id, lock=False)
    locale = language(file.application.borrower.locale)
    response.headers["Content-Language"] = locale
    return story_view(await story.tell(work, file, desk=desk, locale=locale))
