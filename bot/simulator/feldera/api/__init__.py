"""Feldera's HTTP API as the simulator serves it: endpoints, authentication, error responses, faults."""
