"""What can be wrong with a message. These are mistakes of a programmer, found when it is queued."""


class UnknownKind(Exception):
    """No app has registered this kind of message."""


class ContextIncomplete(Exception):
    """A message lacks a value that the texts of its kind ask for."""


class MessageInvalid(ValueError):
    """A message names no recipient or two, or its key does not fit."""
