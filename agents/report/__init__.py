"""A run on one page: to print, and to show to others by a link that its owner can take back."""
