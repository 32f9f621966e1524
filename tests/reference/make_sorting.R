# Reference values of R limma for evcargo.interpretation.sorting_model.
# Debian 12: apt-get install r-bioc-limma (3.54.1), then: Rscript tests/reference/make_sorting.R
# Reads sorting_input.tsv (BV2 microglia EVs and cells, control v LPS x 4, log2 LFQ of 180 proteins;
# Santiago et al. 2023, MIT licence; every ninth value from the 61st protein on was deleted, so that
# some are missing) and writes one sorting_<case>.tsv per case beside this script.
suppressPackageStartupMessages(library(limma))
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))))
input <- read.delim(file.path(here, "sorting_input.tsv"), row.names = 1, comment.char = "#")
values <- as.matrix(input)
material <- sub("_.*", "", colnames(values))
level <- sub("^[a-z]+_([A-Z]+)_.*", "\\1", colnames(values))
subject <- sub("^[a-z]+_", "", colnames(values))
test <- as.numeric(level == "LPS")
ev <- as.numeric(material == "ev")
four <- rowSums(sapply(split(seq_along(test), paste(test, ev)), function(at)
    rowSums(!is.na(values[, at])) >= 2)) == 4
values <- values[four, ]

write <- function(fit, coefficient, name) {
    table <- topTable(fit, coef = coefficient, number = Inf, sort.by = "none", confint = TRUE)
    result <- data.frame(
        feature = rownames(table), log2_fold_change = table$logFC, ci_low = table$CI.L,
        ci_high = table$CI.R, statistic = table$t, p_value = table$P.Value,
        adjusted_p_value = table$adj.P.Val)
    write.table(format(result, digits = 15, trim = TRUE), file.path(here, name), sep = "\t",
                quote = FALSE, row.names = FALSE)
}
fitted <- function(design, ..., correlation = NULL) {
    fit <- if (is.null(correlation)) lmFit(values, design) else
        lmFit(values, design, block = subject, correlation = correlation)
    suppressWarnings(eBayes(fit, ...))
}
interaction <- model.matrix(~ ev * test)
write(fitted(interaction), "ev:test", "sorting_independent.tsv")
write(fitted(interaction, trend = TRUE, robust = TRUE), "ev:test", "sorting_trend_robust.tsv")
write(fitted(interaction, trend = TRUE, robust = TRUE, correlation = 0.25), "ev:test",
      "sorting_blocks.tsv")
# EVs against source at the reference level, the samples of one culture paired, one model of all.
paired <- cbind(model.matrix(~ subject), at_reference = ev * (1 - test), at_test = ev * test)
write(fitted(paired, trend = TRUE, robust = TRUE), "at_reference", "sorting_paired.tsv")
