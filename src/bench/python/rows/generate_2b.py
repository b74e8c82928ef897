"""Row "generate-2b": as "generate", with the folder and dtype that it is given."""
from rows.generate import prepare

__all__ = ["prepare"]
