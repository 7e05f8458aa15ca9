"""Test cases of workflows: what each selfie shows and what is answered from outside, and how the run must go."""

from engine.workflow.cases.case import Case
from engine.workflow.cases.coverage import untaken
from engine.workflow.cases.play import CaseResult, play
from engine.workflow.cases.read_cases import read_cases

__all__ = ["Case", "CaseResult", "play", "read_cases", "untaken"]
