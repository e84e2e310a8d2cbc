"""Paper money: the rows of orders, fills, positions and equity, written as the core computed them."""
