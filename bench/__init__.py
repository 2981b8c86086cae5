"""Compares asyncio event loops: what it costs to create, start, run and close one.

    LOOPS x scenarios -cross-> cells -schedule-> rounds -measure-> runs -store-> suites
                                                 -compare-> comparisons -render-> reports

| arrow    | module   | gives                                                          |
|----------|----------|----------------------------------------------------------------|
|          | loops    | `LOOPS`: the event loop implementations                        |
|          | catalog  | the scenarios: ways to create, start, drive and close a loop   |
| cross    | plan     | groups of cells: the loops in one scenario, and the control    |
| schedule | plan     | rounds: in which order the cells of a group take their turns   |
| measure  | measure  | runs: what one worker process yields in one round              |
|          | worker   | times one cell, in a process of its own                        |
| store    | store    | the run folder: journal, pyperf suites, resume                 |
| compare  | analysis | comparisons: ratios to the baseline, intervals, verdicts       |
| render   | reports  | text: tables, CSV, JSON                                        |

`cli` joins them and is the only module that prints.
"""
