"""Who needs somebody, kept up to date in the transaction of whatever changes it, looked over by a sweep."""
