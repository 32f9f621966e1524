"""RNA: from reads, or tables of counts, to one count matrix."""
