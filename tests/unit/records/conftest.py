from tests.factories.fixtures import english

__all__ = ["english"]
