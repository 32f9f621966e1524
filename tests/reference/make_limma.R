# Reference values of R limma for evcargo.differential.moderated.
# Debian 12: apt-get install r-bioc-limma (3.54.1), then: Rscript tests/reference/make_limma.R
# Writes limma_input.tsv, limma_design.tsv and one limma_<case>.tsv per case beside this script.
suppressPackageStartupMessages(library(limma))
set.seed(20041)
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))))

rows <- 120
samples <- paste0("s", 1:10)
design <- data.frame(
    sample = samples,
    group = rep(0:1, each = 5),
    batch_b = c(0, 1, 0, 1, 0, 1, 0, 1, 0, 1),
    batch_c = c(0, 0, 1, 0, 0, 0, 0, 1, 0, 0),
    age = c(-1.2, 0.4, 0.9, -0.3, 1.5, -0.8, 0.1, 1.1, -1.6, -0.1)
)
# Two batches overlap on purpose: batch_c marks a third one that replaces batch_b where it is 1.
design$batch_b[design$batch_c == 1] <- 0

spread <- sqrt(0.3 / rchisq(rows, 4) * 4)
level <- rnorm(rows, 24, 2)
effect <- ifelse(seq_len(rows) <= 40, rnorm(rows, 0, 2), 0)
values <- level + outer(effect, design$group) + outer(rnorm(rows, 0, 0.5), design$batch_b) +
    outer(rnorm(rows, 0, 0.3), design$age) + matrix(rnorm(rows * 10), rows) * spread
values[3, ] <- 20                               # a residual variance of exactly zero
dimnames(values) <- list(sprintf("p%03d", seq_len(rows)), samples)

holes <- matrix(runif(rows * 10) < plogis(-(values - 22)), rows)
holes[1:3, ] <- FALSE
holes[11, c(2, 4, 6, 10)] <- TRUE               # no sample of batch b is left
holes[12, 1:5] <- TRUE                          # the reference side is empty
holes[13, 2:10] <- TRUE                         # one value
holes[14, c(2:5, 7:10)] <- TRUE                 # one value a side: no residual degrees of freedom
holes[15, ] <- TRUE                             # nothing
holes[16, c(1, 3, 5, 7, 8, 9)] <- TRUE          # batch b alone is left
values[101:104, ] <- values[101:104, ] + rnorm(40, 0, 8)    # variances far above the others
missing <- values
missing[holes] <- NA

# All features have the same true variance: the prior has infinite degrees of freedom.
equal <- 20 + matrix(qnorm(((seq_len(60 * 10) * 383) %% 601) / 601), 60)
dimnames(equal) <- list(sprintf("e%03d", 1:60), samples)

write <- function(table, name) {
    write.table(format(table, digits = 15, trim = TRUE), file.path(here, name),
                sep = "\t", quote = FALSE, row.names = FALSE, na = "NA")
}
input <- function(values) data.frame(feature = rownames(values), values, check.names = FALSE)
write(design, "limma_design.tsv")
write(input(round(missing, 6)), "limma_input.tsv")
write(input(round(values, 6)), "limma_input_complete.tsv")
write(input(round(equal, 6)), "limma_input_equal.tsv")

reference <- function(values, formula, name, ...) {
    fit <- lmFit(round(values, 6), model.matrix(formula, design))
    fit <- suppressWarnings(eBayes(fit, ...))
    table <- topTable(fit, coef = "group", number = Inf, sort.by = "none", confint = TRUE)
    write(data.frame(
        feature = rownames(values), log2_fold_change = table$logFC, ci_low = table$CI.L,
        ci_high = table$CI.R, statistic = table$t, p_value = table$P.Value,
        adjusted_p_value = table$adj.P.Val, df_residual = fit$df.residual,
        standard_error = sqrt(fit$s2.post) * fit$stdev.unscaled[, "group"],
        df_total = fit$df.total, prior_variance = fit$s2.prior, prior_df = fit$df.prior
    ), name)
}
reference(values, ~ group, "limma_complete.tsv")
reference(missing, ~ group, "limma_missing.tsv")
reference(missing, ~ group + batch_b + batch_c + age, "limma_covariates.tsv")
reference(equal, ~ group, "limma_equal.tsv")
peptides <- (seq_len(rows) * 7) %% 23 + 1
reference(missing, ~ group, "limma_peptides.tsv", trend = log2(peptides))
missing <- missing[rowSums(!is.na(missing)) > 0, ]   # limma asks for a mean of every feature
reference(missing, ~ group, "limma_trend.tsv", trend = TRUE)
reference(missing, ~ group + age, "limma_robust.tsv", robust = TRUE)
reference(missing, ~ group + batch_b + batch_c + age, "limma_trend_robust.tsv",
          trend = TRUE, robust = TRUE)
reference(values, ~ group, "limma_complete_robust.tsv", trend = TRUE, robust = TRUE)
reference(equal, ~ group, "limma_equal_robust.tsv", trend = TRUE, robust = TRUE)
