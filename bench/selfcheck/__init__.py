"""The harness measured with itself: `trials` of `known` loops become `scores`; `usual` is pyperf's own scheduler."""
