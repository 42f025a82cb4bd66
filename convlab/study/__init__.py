"""Studies: a question, its arms, an equal budget for tuning them, and fresh paired seeds for the answer."""

from convlab.study.arms import Arm
from convlab.study.protocol import Protocol, Tuning
from convlab.study.study import Study, StudyOutcome

__all__ = ["Arm", "Protocol", "Study", "StudyOutcome", "Tuning"]
