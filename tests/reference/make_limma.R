# Reference values of R limma for evcargo.differential.moderated.
# Debian 12: apt-get install r-bioc-limma (3.54.1), then: Rscript tests/reference/make_limma.R
# (and r-cran-statmod, for the correlation within blocks).
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

# Three levels in one design: each against the first, and any difference between them.
design$mid <- c(0, 0, 0, 1, 1, 1, 1, 0, 0, 0)
design$high <- c(0, 0, 0, 0, 0, 0, 0, 1, 1, 1)
# Samples of one subject belong together; c is on both sides of the group.
design$subject <- c("a", "a", "b", "b", "c", "d", "d", "c", "e", "e")
write(design, "limma_design.tsv")
reference_level <- function(values, name, ...) {
    fit <- eBayes(lmFit(round(values, 6), model.matrix(~ mid + high + age, design)), ...)
    table <- topTable(fit, coef = "high", number = Inf, sort.by = "none", confint = TRUE)
    write(data.frame(
        feature = rownames(values), log2_fold_change = table$logFC, statistic = table$t,
        p_value = table$P.Value, df_residual = fit$df.residual
    ), name)
}
reference_level(missing, "limma_levels.tsv", robust = TRUE)

# topTable's F takes the covariance of the complete design, which is exact for complete values only.
fit <- eBayes(lmFit(round(values, 6), model.matrix(~ mid + high + age, design)), trend = TRUE)
table <- topTable(fit, coef = c("mid", "high"), number = Inf, sort.by = "none")
write(data.frame(feature = rownames(values), statistic = table$F, p_value = table$P.Value),
      "limma_f.tsv")
# With missing values: F by comparing R's lm with and without the levels, and limma's variances.
fit <- suppressWarnings(eBayes(lmFit(round(missing, 6), model.matrix(~ mid + high + age, design))))
exact <- t(sapply(seq_len(nrow(missing)), function(row) {
    frame <- data.frame(y = round(missing[row, ], 6), design)[!is.na(missing[row, ]), ]
    full <- lm(y ~ mid + high + age, frame)
    if (anyNA(coef(full)) || full$df.residual == 0) return(c(NA, NA))
    gained <- deviance(lm(y ~ age, frame)) - deviance(full)
    statistic <- gained / 2 / fit$s2.post[row]
    c(statistic, pf(statistic, 2, fit$df.total[row], lower.tail = FALSE))
}))
write(data.frame(feature = rownames(missing), statistic = exact[, 1], p_value = exact[, 2]),
      "limma_f_missing.tsv")

# A subject has a level of its own, and so its samples are alike.
alike <- matrix(rnorm(rows * 5, 0, 1), rows) * spread
blocks <- values + alike[, match(design$subject, letters)]
blocks_missing <- blocks
blocks_missing[holes] <- NA
write(input(round(blocks, 6)), "limma_input_blocks.tsv")
write(input(round(blocks_missing, 6)), "limma_input_blocks_missing.tsv")
# limma's solver (statmod) stops early; this one looks for the greatest restricted likelihood itself.
exact_correlation <- function(y, model, block, lowest) {
    seen <- !is.na(y)
    y <- y[seen]; model <- model[seen, , drop = FALSE]; block <- block[seen]
    used <- length(unique(block))
    if (length(y) <= ncol(model) + 2 || used <= 1 || used >= length(y) - 1) return(NA)
    model <- qr.Q(qr(model))[, seq_len(qr(model)$rank), drop = FALSE]
    same <- outer(block, block, "==") * 1
    cost <- function(rho) {
        precision <- solve(same * rho + diag(1 - rho, length(y)))
        middle <- t(model) %*% precision %*% model
        project <- precision - precision %*% model %*% solve(middle, t(model) %*% precision)
        -as.numeric(determinant(precision)$modulus) + as.numeric(determinant(middle)$modulus) +
            (length(y) - ncol(model)) * log(drop(t(y) %*% project %*% y))
    }
    grid <- seq(lowest, 0.99, length.out = 400)
    best <- which.min(sapply(grid, cost))
    optimize(cost, grid[c(max(best - 1, 1), min(best + 1, 400))], tol = 1e-10)$minimum
}
correlations <- list()
for (case in c("blocks", "blocks_missing")) {
    given <- round(get(case), 6)
    model <- model.matrix(~ group + age, design)
    found <- suppressWarnings(duplicateCorrelation(given, model, block = design$subject))
    fit <- lmFit(given, model, block = design$subject, correlation = found$consensus)
    fit <- suppressWarnings(eBayes(fit))
    table <- topTable(fit, coef = "group", number = Inf, sort.by = "none")
    write(data.frame(
        feature = rownames(given), log2_fold_change = table$logFC, statistic = table$t,
        p_value = table$P.Value, df_residual = fit$df.residual
    ), paste0("limma_", case, ".tsv"))
    each <- apply(given, 1, exact_correlation, model, design$subject, 1 / (1 - 2) + 0.01)
    exact <- tanh(mean(atanh(each), trim = 0.15, na.rm = TRUE))
    correlations[[case]] <- c(found$consensus, exact)
}
correlations <- do.call(rbind, correlations)
write(data.frame(case = rownames(correlations), limma = correlations[, 1],
                 exact = correlations[, 2]),
      "limma_correlations.tsv")

# Weights of the samples, without and with blocks (at the consensus that is written beside them).
design$weight <- c(1, 0.25, 1, 0.7, 1, 1, 0.25, 1, 0.5, 1)
write(design, "limma_design.tsv")
weighted <- function(values, name, ...) {
    fit <- lmFit(round(values, 6), model.matrix(~ group + age, design), weights = design$weight, ...)
    fit <- suppressWarnings(eBayes(fit, trend = TRUE, robust = TRUE))
    table <- topTable(fit, coef = "group", number = Inf, sort.by = "none", confint = TRUE)
    write(data.frame(
        feature = rownames(values), log2_fold_change = table$logFC, ci_low = table$CI.L,
        ci_high = table$CI.R, statistic = table$t, p_value = table$P.Value,
        df_residual = fit$df.residual
    ), name)
}
weighted(missing, "limma_weights.tsv")
weighted(blocks_missing[rownames(missing), ], "limma_weights_blocks.tsv",
         block = design$subject, correlation = 0.3)
