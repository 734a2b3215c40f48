from tests.catalog.importers.conftest import server

__all__ = ["server"]
