"""What the records are made of: their base, and the kinds of values that their fields have.

What comes out of a sandbox is written by code that a student may control, so every text has a length and every list a
size. A figure that is not finite (a loss that became NaN) is None.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(max_length=200)]
Line = Annotated[str, StringConstraints(max_length=2_000)]
Text = Annotated[str, StringConstraints(max_length=50_000)]
Figure = float | None
"""A finite number, or None where it was NaN or infinite."""
Shape = tuple[Annotated[int, Field(ge=0, le=10**15)] | None, ...]
"""Sizes of an array's axes; None is the batch or an axis of unknown length."""
Setting = bool | int | float | Name | None | list[bool | int | float | Name | None]
Count = Annotated[int, Field(ge=0, le=10**15)]
Seconds = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Record(BaseModel):
    """Base of all records: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
