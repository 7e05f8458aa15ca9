"""The forms of requests and answers, and the one way to say no."""
