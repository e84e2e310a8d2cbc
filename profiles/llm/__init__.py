"""Where users' language models are: endpoints with their keys, site-wide defaults, prices, caps on spending."""
