"""The body of a backtest: which two versions, over which stored cases, grouped by what."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from service.api.bodies.body import Body
from service.api.bodies.figures import DayWithin, Id

BY_MAX = 10
_VERSION = "A name means its active version, or else the one that was kept last or is in the files."
Digest = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{64}$", description="The very version; needed where an id was given to several texts."),
]


class BacktestBody(Body):
    """Two versions of a policy, or two policies, to be compared over the stored cases."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"new": "standard@2026.2", "old": "standard"}]})

    new: Annotated[Id, Field(description=f"The version that is to be looked at. {_VERSION}", examples=["standard"])]
    new_digest: Digest | None = None
    old: Annotated[Id, Field(description=f"What it is compared with. {_VERSION}", examples=["standard@2026.1"])]
    old_digest: Digest | None = None
    from_: Annotated[
        DayWithin | None, Field(alias="from", description="Only cases that were judged last on this day or later.")
    ] = None
    to: Annotated[DayWithin | None, Field(description="Only cases that were judged last on this day or before.")] = None
    by: Annotated[
        list[Id],
        Field(
            max_length=BY_MAX,
            description="What cases are grouped by besides `product` and `hardship_reason`: facts, `channel`, `state` "
            "or `policy`. A column with more than 200 values is refused.",
            examples=[["vulnerable", "dependants"]],
        ),
    ] = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            kind = "period_reversed"
            raise PydanticCustomError(kind, "The period ends before it begins.")
        return self
