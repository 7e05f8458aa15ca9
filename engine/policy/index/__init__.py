"""The bitmask index: what one value of one feature says of all rules at once, looked up instead of asked rule by rule.

`atoms`: conditions that read one feature, as their truth over its values. `forms`: rules as conjunctions of those.
`masks`: for each feature, the rules that are still possible at each of its values. `source`: the generated Python.
"""
