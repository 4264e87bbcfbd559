from tests.factories.fixtures import english, it_is

__all__ = ["english", "it_is"]
