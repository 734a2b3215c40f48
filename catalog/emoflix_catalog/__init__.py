"""Films that can be found, felt and trusted; and the ranking of them for a viewer and a mood."""
