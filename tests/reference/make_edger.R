# Reference values of R edgeR for evcargo.differential.count_filter.
# Debian 12: apt-get install r-bioc-edger (3.40.2), then: Rscript tests/reference/make_edger.R
# Writes edger_counts.tsv, edger_dose.tsv and edger_filter.tsv (feature x case, TRUE where it stays).
suppressPackageStartupMessages(library(edgeR))
set.seed(2016)
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))))
write <- function(table, name) {
    write.table(table, file.path(here, name), sep = "\t", quote = FALSE, row.names = FALSE)
}
features <- 150
depth <- exp(rnorm(30, 0, 0.7))
mean <- exp(rnorm(features, 2.2, 1.4)) %o% depth
mean[1:20, 1:5] <- 30
mean[1:20, 6:30] <- 0
counts <- matrix(rnbinom(features * 30, mu = mean, size = 3), features)
counts[150, ] <- 0
dimnames(counts) <- list(sprintf("f%03d", seq_len(features)), sprintf("s%02d", 1:30))
write(data.frame(feature = rownames(counts), counts), "edger_counts.tsv")
dose <- c(0, 1, 2, 3, 4, 5, 6, 40)
write(data.frame(sample = colnames(counts)[1:8], dose = dose), "edger_dose.tsv")

group <- function(sizes) factor(rep(seq_along(sizes), sizes))
kept <- data.frame(
    feature = rownames(counts),
    of_5_v_25 = filterByExpr(counts, group = group(c(5, 25))),
    of_12_v_18 = filterByExpr(counts, group = group(c(12, 18))),
    of_3_v_3 = filterByExpr(counts[, c(1:3, 6:8)], group = group(c(3, 3))),
    of_4_6_8 = filterByExpr(counts[, 1:18], group = group(c(4, 6, 8))),
    of_dose = filterByExpr(counts[, 1:8], design = model.matrix(~ scale(dose))),
    of_20_and_40 = filterByExpr(counts, group = group(c(5, 25)), min.count = 20, min.total.count = 40)
)
write(kept, "edger_filter.tsv")
