"""Programs: assigned, changed, kept by the client day by day, and thinned out as the habit holds."""
