# Reference of the quantile normalisation: limma's normalizeQuantiles on a matrix with missing
# values and ties. Rscript make_quantiles.R (Debian: r-bioc-limma)
suppressPackageStartupMessages(library(limma))
setwd(dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))))
set.seed(7)
x <- matrix(round(rnorm(60 * 4, 25, 2), 2), 60, 4) + rep(c(0, 1, -0.5, 2), each = 60)
x[sample(length(x), 30)] <- NA
x[1:3, 1] <- 25
write.table(format(x, digits = 17), "quantiles_input.tsv", sep = "\t", quote = FALSE,
            row.names = FALSE, col.names = c("a", "b", "c", "d"))
write.table(format(normalizeQuantiles(x), digits = 17), "quantiles.tsv", sep = "\t", quote = FALSE,
            row.names = FALSE, col.names = c("a", "b", "c", "d"))
