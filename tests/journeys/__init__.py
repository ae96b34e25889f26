"""The product in a real browser, against a real installation with its worker, broker and mail."""
