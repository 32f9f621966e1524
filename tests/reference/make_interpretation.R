# Reference values of R for evcargo.interpretation: limma's cameraPR, and phyper.
# Debian 12: apt-get install r-bioc-limma (3.54.1), then: Rscript tests/reference/make_interpretation.R
# Writes interpretation_statistics.tsv, interpretation_sets.tsv, interpretation_camera.tsv and
# interpretation_phyper.tsv beside this script.
suppressPackageStartupMessages(library(limma))
set.seed(40193)
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))))
write_table <- function(table, name) {
    write.table(format(table, digits = 17, trim = TRUE), file.path(here, name), sep = "\t",
                quote = FALSE, row.names = FALSE)
}

genes <- sprintf("G%03d", 1:300)
plain <- rnorm(300, 0.1, 1.4)
plain[1:25] <- plain[1:25] + 1.5                # a set far up
plain[26:40] <- plain[26:40] - 0.8
statistics <- data.frame(gene = genes, plain = plain, tied = round(plain))
write_table(statistics, "interpretation_statistics.tsv")

index <- list(up = 1:25, down = 26:40, one = 77, two = c(3, 290), random = sample(300, 30),
              large = sample(300, 200), all_but_one = 1:299)
write_table(do.call(rbind, lapply(names(index), function(name) {
    data.frame(set = name, gene = genes[index[[name]]])
})), "interpretation_sets.tsv")

cases <- expand.grid(statistic = c("plain", "tied"), use_ranks = c(FALSE, TRUE),
                     correlation = c(0, 0.01, 0.2), stringsAsFactors = FALSE)
write_table(do.call(rbind, lapply(seq_len(nrow(cases)), function(row) {
    case <- cases[row, ]
    table <- cameraPR(setNames(statistics[[case$statistic]], genes), index,
                      use.ranks = case$use_ranks, inter.gene.cor = case$correlation, sort = FALSE)
    data.frame(case, set = rownames(table), genes = table$NGenes, direction = table$Direction,
               p_value = table$PValue, adjusted_p_value = table$FDR)
})), "interpretation_camera.tsv")

# Overlap, genes of the set, hits, genes tested. The last rows are far in the tail.
draws <- data.frame(
    overlap = c(0, 1, 3, 5, 12, 8, 30, 120, 40),
    in_background = c(10, 1, 3, 20, 60, 8, 30, 150, 40),
    hits = c(50, 50, 20, 100, 200, 300, 400, 500, 40),
    background = c(500, 500, 20, 1000, 2500, 300, 6000, 9000, 4000)
)
draws$p_value <- with(draws, phyper(overlap - 1, in_background, background - in_background, hits,
                                    lower.tail = FALSE))
draws$fisher <- with(draws, mapply(function(k, m, n, total) {
    fisher.test(matrix(c(k, m - k, n - k, total - m - n + k), 2), alternative = "greater")$p.value
}, overlap, in_background, hits, background))
write_table(draws, "interpretation_phyper.tsv")
