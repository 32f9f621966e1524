# What stands behind the differential cargo: sets of genes, agreement of protein and mRNA, miRNA targets?
# REQUIRED INPUTS
#   results/differential/{contrast}.{assay}.tsv      what differs, and whether it survives the impurity
#   results/{assay}/{assay}.h5ad                     genes of the features, quantities
#   resources/markers/panels.tsv, purity.panels, interpretation.gene_sets, interpretation.targets
# OUTPUTS, in results/interpretation/
#   {contrast}.{assay}.overrepresentation.tsv        contract overrepresentation: sets among the hits
#   {contrast}.{assay}.ranked.tsv                    contract ranked: sets in the ranking of all features
#   {contrast}.concordance.tsv, .correlation.tsv     contracts: protein v mRNA, where the study has both
#   {contrast}.targets.tsv, .target_pairs.tsv        contracts: miRNA v its targets, given a table of them
