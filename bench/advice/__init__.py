"""Which loop to use: what a run means for the user's own program, with the point from which a loop has paid.

Only `advise` uses it. It takes a run in which few and many operations were measured together, and the cold starts that
were measured beside it; what leaves it is a record of answers, with an interval to each.
"""
