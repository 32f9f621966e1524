# Reference values of R DESeq2 for evcargo.differential.counts.
# Debian 12: apt-get install r-bioc-deseq2 (1.38.3), then: Rscript tests/reference/make_deseq2.R
# Writes deseq2_counts.tsv, deseq2_design.tsv, deseq2_priors.tsv and one deseq2_<case>.tsv per case.
suppressPackageStartupMessages(library(DESeq2))
set.seed(1305)
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))))
write <- function(table, name) {
    write.table(format(table, digits = 9, trim = TRUE), file.path(here, name), sep = "\t",
                quote = FALSE, row.names = FALSE, na = "NA")
}

genes <- 400
design <- data.frame(
    sample = paste0("s", 1:9), level = rep(c("a", "b", "c"), each = 3),
    batch = rep(c("x", "y", "z"), 3), half = c("p", "q", "p", "q", "p", "q", "p", "q", "p")
)
mean <- exp(rnorm(genes, 5, 1.5))
dispersion <- (0.05 + 3 / mean) * exp(rnorm(genes, 0, 1.3))
effect <- cbind(0, ifelse(seq_len(genes) <= 60, rnorm(genes, 0, 1.5), 0),
                ifelse(seq_len(genes) <= 90, rnorm(genes, 0, 1.5), 0))
depth <- c(1, 0.7, 1.4, 0.9, 1.2, 0.5, 1.1, 1.6, 0.8)
mu <- mean * exp(effect)[, rep(1:3, each = 3)] * rep(depth, each = genes)
counts <- matrix(rnbinom(genes * 9, mu = mu, size = 1 / dispersion), genes)
counts[391:400, ] <- rnbinom(90, mu = 200 * rep(c(1, 2, 1, 3, 1, 2, 2, 1, 1), each = 10), size = 50)
dimnames(counts) <- list(sprintf("g%03d", seq_len(genes)), design$sample)
write(data.frame(feature = rownames(counts), counts), "deseq2_counts.tsv")
write(design, "deseq2_design.tsv")

priors <- list()
reference <- function(case, samples, formula, reduced = NULL, control = NULL, levels = c("a", "b")) {
    sheet <- droplevels(data.frame(lapply(design[samples, ], factor)))
    data <- DESeqDataSetFromMatrix(counts[, samples], sheet, formula)
    data <- data[rowSums(counts(data)) > 0, ]
    if (is.null(control)) {
        data <- estimateSizeFactors(data)
    } else {
        data <- estimateSizeFactors(data, controlGenes = rownames(data) %in% control)
        data <- data[!rownames(data) %in% control, ]
    }
    data <- if (is.null(reduced)) DESeq(data, quiet = TRUE) else
        DESeq(data, test = "LRT", reduced = reduced, quiet = TRUE)
    table <- if (is.null(reduced)) results(data, c("level", rev(levels)), alpha = 0.05) else
        results(data, alpha = 0.05)
    write(data.frame(feature = rownames(data), mean = table$baseMean,
                     log2_fold_change = table$log2FoldChange, standard_error = table$lfcSE,
                     statistic = table$stat, p_value = table$pvalue,
                     adjusted_p_value = table$padj, dispersion = dispersions(data)),
          paste0("deseq2_", case, ".tsv"))
    priors[[case]] <<- attr(dispersionFunction(data), "dispPriorVar")
}
reference("one_df", c(1, 2, 4, 5), ~ batch + level)
reference("two_df", c(1, 2, 4, 5), ~ level)
reference("paired", 1:6, ~ batch + level)
reference("three_df", 1:6, ~ half + level)
reference("any", 1:9, ~ level, ~ 1)
reference("any_batch", 1:9, ~ batch + level, ~ batch)
reference("all", 1:9, ~ level)
reference("spike_in", 1:6, ~ level, control = sprintf("g%03d", 391:400))
write(data.frame(case = names(priors), variance = unlist(priors)), "deseq2_priors.tsv")

# Dispersions that rise with the mean: DESeq2 finds no a / mean + b and takes its local regression.
set.seed(811)
genes <- 90
mean <- exp(seq(2, 9, length.out = genes))
dispersion <- 0.02 * exp(0.25 * log(mean)) * exp(rnorm(genes, 0, 0.5))
effect <- c(rep(c(1.5, -1.5), 5), rep(0, genes - 10))[sample(genes)]
design <- data.frame(sample = paste0("s", 1:8), level = rep(c("a", "b"), each = 4))
mu <- (mean * exp(outer(effect, rep(0:1, each = 4)))) * rep(c(1, .6, 1.5, .9, 1.2, .7, 1, 1.3), each = genes)
counts <- matrix(rnbinom(genes * 8, mu = mu, size = 1 / dispersion), genes)
dimnames(counts) <- list(sprintf("g%03d", seq_len(genes)), design$sample)
write(data.frame(feature = rownames(counts), counts), "deseq2_local_counts.tsv")
for (kind in c("local", "parametric")) {
    data <- DESeqDataSetFromMatrix(counts, data.frame(level = factor(design$level)), ~ level)
    data <- DESeq(data, fitType = kind, quiet = FALSE)  # parametric becomes local, and says so
    stopifnot(attr(dispersionFunction(data), "fitType") == "local")
}
table <- results(data, alpha = 0.05)
write(data.frame(feature = rownames(data), mean = table$baseMean,
                 log2_fold_change = table$log2FoldChange, standard_error = table$lfcSE,
                 statistic = table$stat, p_value = table$pvalue, adjusted_p_value = table$padj,
                 dispersion = dispersions(data), estimate = mcols(data)$dispGeneEst,
                 trend = mcols(data)$dispFit), "deseq2_local.tsv")

# Trends of the first cases: a / mean + b.
trends <- list()
design <- read.delim(file.path(here, "deseq2_design.tsv"))
counts <- as.matrix(read.delim(file.path(here, "deseq2_counts.tsv"), row.names = 1))
for (case in c("paired", "all")) {
    samples <- if (case == "all") 1:9 else 1:6
    sheet <- droplevels(data.frame(lapply(design[samples, ], factor)))
    data <- DESeqDataSetFromMatrix(counts[, samples], sheet, if (case == "all") ~ level else ~ batch + level)
    data <- estimateDispersions(estimateSizeFactors(data[rowSums(counts(data)) > 0, ]), quiet = TRUE)
    own <- attr(dispersionFunction(data), "coefficients")
    trends[[case]] <- data.frame(case = case, a0 = own[["asymptDisp"]], a1 = own[["extraPois"]])
}
write(do.call(rbind, trends), "deseq2_trends.tsv")
