from __future__ import annotations

from market.templatetags.feeds import feed_label


def test_feeds_are_called_by_their_labels_and_gone_ones_by_their_names() -> None:
    assert feed_label("yahoo") == "Yahoo Finance"
    assert feed_label("gone") == "gone"
