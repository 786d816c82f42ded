"""`make bench`: ratios against a bare Flask page of the same server in the same run."""
