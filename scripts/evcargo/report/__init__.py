"""The report: one offline HTML file about a study, and the study as one data file."""
