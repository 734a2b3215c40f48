from tests.deploy.installer import shell

__all__ = ["shell"]
