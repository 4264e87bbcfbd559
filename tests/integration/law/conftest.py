from tests.factories.fixtures import english, files, it_is

__all__ = ["english", "files", "it_is"]
