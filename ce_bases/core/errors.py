"""Errors a person can act on; `ce_bases.web.errors` turns them into pages."""

from ce_bases.core.text import Text, msg
from ce_bases.policy.citations import Clause


class UserFacingError(Exception):
    """An expected refusal: what happened, what to do next, on what authority."""

    status = 422

    def __init__(
        self, message: Text, *, next_step: Text | None = None, clause: Clause | None = None
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.next_step = next_step
        self.clause = clause


class RuleViolationError(UserFacingError):
    """The year's notice does not allow it; `clause` says where."""


class InvalidInputError(UserFacingError):
    """What was sent cannot be used; `problems` maps a field's name to what is wrong with it."""

    def __init__(
        self,
        message: Text,
        *,
        problems: dict[str, Text] | None = None,
        clause: Clause | None = None,
    ) -> None:
        super().__init__(message, clause=clause)
        self.problems = problems or {}


class WrongStateError(UserFacingError):
    """The record has moved on since the page was opened."""

    status = 409


class ForbiddenError(UserFacingError):
    """The actor may not do it to this record."""

    status = 403


class NotFoundError(UserFacingError):
    """There is no such record, or it is not the actor's to know of: the two look the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            msg("没有找到您要的内容。"),
            next_step=msg("请检查地址或编号是否完整，或返回上一页重新查找。"),
        )


class TooManyAttemptsError(UserFacingError):
    """A limit against guessing was reached; `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: Text, *, next_step: Text, retry_after: int) -> None:
        super().__init__(message, next_step=next_step)
        self.retry_after = retry_after
