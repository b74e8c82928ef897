"""Row "train-real"."""
from rows.train_tiny import prepare

__all__ = ["prepare"]
