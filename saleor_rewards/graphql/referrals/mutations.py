"""What mutations of referrals have in common: their errors."""

from __future__ import annotations

from typing import Any

from django.utils.translation import override
from graphene.utils.str_converters import to_camel_case

from ...programs import ProgramError
from ...referrals.errors import ReferralError
from ..languages import language_of
from ..merchant import RewardsError, RewardsMutation, to_errors


class ReferralMutation(RewardsMutation):
    """A mutation that keeps what it wrote where it refuses: tries are counted.

    An error that is about no argument of it is told of the first one.
    """

    class Meta:
        abstract = True

    @classmethod
    def perform_mutation(cls, _root: Any, info: Any, **data: Any) -> Any:
        with override(language_of(info.context)):
            try:
                return cls.execute(info, **data)
            except ProgramError as error:
                return cls(errors=to_errors(error.errors))
            except ReferralError as error:
                return cls(errors=[cls.error_of(error)])

    @classmethod
    def error_of(cls, error: ReferralError) -> RewardsError:
        """Return a refusal as the API has it."""
        arguments = {to_camel_case(name) for name in cls._meta.arguments}
        field = error.field if error.field in arguments else cls.field_of_all
        return RewardsError(field=field, message=error.message, code=error.code.name)


class ReferralShopperMutation(ReferralMutation):
    """The same for whoever holds the cart, or for a member."""

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(
        cls, permissions: Any = None, **options: Any
    ) -> None:
        super().__init_subclass_with_meta__(permissions=permissions, **options)
