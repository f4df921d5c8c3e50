"""One short script a figure: what it claims, its source, what to expect; then one plot."""
