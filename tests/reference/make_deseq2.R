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
