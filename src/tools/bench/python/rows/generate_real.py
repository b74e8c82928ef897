"""Row "generate-real"."""
from rows.generate import prepare

__all__ = ["prepare"]
