"""The steps of a workflow's file: which keys each has, what they may say, and the step that is made of them."""
