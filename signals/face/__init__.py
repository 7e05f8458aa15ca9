"""Faces in frames: found by YuNet, the largest of each frame handed on to the providers that read it."""
