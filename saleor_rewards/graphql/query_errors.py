"""What queries answer to an argument that is wrong."""

from __future__ import annotations

from graphql.error import GraphQLError

from ..described import Described


def query_error(code: Described, field: str, message: str) -> GraphQLError:
    """Return an error whose code is one that mutations answer with too.

    A query has no payload for errors. Saleor tells of the class of an error, in
    ``extensions.exception.code``; Saleor 3 tells of its ``extensions`` besides.
    """
    kind = type(code.name, (GraphQLError,), {})
    error: GraphQLError = kind(message, extensions={"code": code.name, "field": field})
    return error
