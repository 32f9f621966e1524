# `snakemake` finds this file; the workflow itself is in workflow/Snakefile.
# An included file never sets the default target, so it is declared here again.
include: "workflow/Snakefile"


rule default:
    default_target: True
    input:
        rules.all.input,
