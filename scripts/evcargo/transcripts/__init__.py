"""Long RNA: from reads, or from count tables, to the counts of every gene."""
