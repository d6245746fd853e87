"""One HTTP exchange with Feldera: the address, credentials, TLS and the response."""
